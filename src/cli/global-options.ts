import { type Command as CommandLine, Option } from 'commander';
import type { Settings } from '../contract/settings.ts';

/** Heading in the help of each command. */
export const COMMON_OPTIONS = 'Common options:';

/** What a log may be told to keep. */
export type LogChoice = NonNullable<Settings['logLevel']>;
const logChoices: readonly LogChoice[] = ['debug', 'info', 'warn', 'error', 'off'];

/** What the options say that all commands have. */
export interface GlobalChoices {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly yes: boolean;
  /** False after `--no-color`; otherwise the terminal and the environment decide. */
  readonly color: boolean;
  readonly logLevel?: LogChoice;
}

/** New definitions of the options that all commands have, and the program before them. */
const commonOptions = (): readonly Option[] => [
  new Option('--json', 'print events as lines of JSON, as cli-event.v1.json describes them'),
  new Option('--verbose', 'tell more'),
  new Option('--yes', 'say yes in advance to all that would be asked'),
  new Option('--no-color', 'no colours; NO_COLOR in the environment does the same'),
  new Option('--log-level <level>', 'what the log on the disk keeps; else what the settings say').choices(logChoices),
];

/** Gives a command and all below it the common options, unless it has one of that name of its own. */
export function addGlobalOptions(command: CommandLine): void {
  for (const option of commonOptions()) {
    if (!command.options.some(({ long }) => long === option.long)) command.addOption(option.helpGroup(COMMON_OPTIONS));
  }
  command.addHelpOption(new Option('-h, --help', 'show this help').helpGroup(COMMON_OPTIONS));
  for (const inner of command.commands) addGlobalOptions(inner);
}

/** Reads the common options of a command that was chosen, wherever on the line they stood; of two levels the one nearest to the command counts. */
export function globalChoices(line: CommandLine): GlobalChoices {
  const given = (name: keyof GlobalChoices): unknown => {
    for (let command: CommandLine | null = line; command !== null; command = command.parent) {
      if (command.getOptionValueSource(name) === 'cli') return command.getOptionValue(name);
    }
    return undefined;
  };
  const logLevel = given('logLevel') as LogChoice | undefined;
  return {
    json: given('json') === true,
    verbose: given('verbose') === true,
    yes: given('yes') === true,
    color: given('color') !== false,
    ...(logLevel === undefined ? {} : { logLevel }),
  };
}

/** What can be told of a line that is not understood (yet): in which form it wants to be told so. */
export function earlyChoices(args: readonly string[]): GlobalChoices {
  const end = args.indexOf('--');
  const options = new Set(end < 0 ? args : args.slice(0, end));
  return { json: options.has('--json'), verbose: options.has('--verbose'), yes: false, color: !options.has('--no-color') };
}
