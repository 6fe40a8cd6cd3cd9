import { type Command, Option } from 'commander';
import { type LabConfig, packagerChoices } from '../core/config.ts';

/** `--config FILE` and `--reports DIR`, for commands that work on a project. */
export const withProject = (command: Command): Command =>
  command
    .addOption(new Option('--config <file>', 'configuration of the project').default('lab.config.json'))
    .addOption(new Option('--reports <dir>', 'folder of the runs (default: reports beside the configuration)'));

export const withJson = (command: Command, what: string): Command => command.option('--json', what);

/** For options that may be given several times or hold a list with commas. */
export const collect = (value: string, previous: readonly string[] | undefined): readonly string[] => [
  ...(previous ?? []),
  ...value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
];

/** `--guest`, `--check` and `--provider`: what part of the configuration is wanted. Each may be given several times or hold a list with commas. */
export const withSelection = (command: Command): Command =>
  command
    .option('--guest <name>', 'only this guest (repeat, or separate by commas)', collect)
    .option('--check <id>', 'only this check (repeat, or separate by commas)', collect)
    .option('--provider <name>', 'only guests of this provider (repeat, or separate by commas)', collect);

export interface SelectionOptions {
  readonly guest?: readonly string[];
  readonly check?: readonly string[];
  readonly provider?: readonly string[];
}

export const selectionOf = (
  options: SelectionOptions,
): { guests?: readonly string[]; checks?: readonly string[]; providers?: readonly string[] } => ({
  ...(options.guest ? { guests: options.guest } : {}),
  ...(options.check ? { checks: options.check } : {}),
  ...(options.provider ? { providers: options.provider } : {}),
});

/** `--packager NAME`: who makes the executable, whatever the configuration says. */
export const withPackager = (command: Command): Command =>
  command.addOption(
    new Option('--packager <name>', 'who makes the executable (default: as in the configuration)').choices(packagerChoices),
  );

export interface PackagerOptions {
  readonly packager?: LabConfig['product']['packager'];
}

/** The configuration with the packager that the command line names. */
export const withPackagerOf = (config: LabConfig, packager: LabConfig['product']['packager'] | undefined): LabConfig =>
  packager ? { ...config, product: { ...config.product, packager } } : config;
