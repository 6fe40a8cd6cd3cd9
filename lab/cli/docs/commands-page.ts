import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { labProgram } from '../cli.ts';
import { generatedNote, markdownTable } from './markdown.ts';

/** A context that nothing is ever asked of: the commands are described, not run. */
const nobody: CliContext = {
  stdout: { write: () => {} },
  stderr: { write: () => {} },
  environment: {},
  cwd: '.',
  signal: new AbortController().signal,
};

/** `docs/reference/commands.md`: every command with its arguments and options, as commander knows them. */
export async function commandsPage(): Promise<string> {
  const program = await labProgram('0.0.0', nobody, () => {});
  return [
    generatedNote('the commands in lab/cli'),
    '# Commands',
    'Written as `npm run lab -- COMMAND …` (the dashes keep npm from taking the options for itself). `--help` shows the same text. What went wrong goes to the standard error stream, results to the standard output stream.',
    markdownTable(
      ['Exit code', 'Meaning'],
      [
        ['0', 'accepted, or done'],
        ['1', 'rejected: the release is at fault'],
        ['2', 'usage or configuration'],
        ['3', 'blocked: the lab could not decide'],
        ['130', 'interrupted'],
      ],
    ),
    ...describe(program, ''),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

function describe(command: Command, parents: string): readonly string[] {
  const help = command.createHelp();
  const name = `${parents} ${command.name()}`.trim();
  const options = help.visibleOptions(command).filter((option) => option.long !== '--help' && option.long !== '--version');
  const args = help.visibleArguments(command);
  const children = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  const own =
    parents === ''
      ? []
      : [
          `${'#'.repeat(1 + name.split(' ').length - 1)} ${name}`,
          sentence(command.description()),
          ['```text', help.commandUsage(command), '```'].join('\n'),
          ...(args.length > 0
            ? [
                markdownTable(
                  ['Argument', 'Meaning'],
                  args.map((argument) => [`\`${argument.name()}\``, help.argumentDescription(argument)]),
                ),
              ]
            : []),
          ...(options.length > 0
            ? [
                markdownTable(
                  ['Option', 'Meaning'],
                  options.map((option) => [`\`${option.flags}\``, help.optionDescription(option)]),
                ),
              ]
            : []),
        ];
  return [...own, ...children.flatMap((child) => describe(child, name))];
}

// build, bundle, verify → Build, bundle, verify.
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
