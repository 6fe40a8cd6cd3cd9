import { Argument } from 'commander';
import { type DefineCommand, examples, newCommand } from '../../command-line.ts';
import { type Shell, installation, shells } from './shells.ts';

export const completionLine: DefineCommand = (begin) =>
  newCommand('completion')
    .addArgument(new Argument('<shell>', `the shell that is to complete lines: ${shells.join(', ')}`).choices(shells))
    .description('Print a script that has a shell complete commands, options, folders and files of the program.')
    .addHelpText(
      'after',
      examples([['source <(anivault completion bash)', 'for this window (bash and zsh)'], ...shells.map((shell) => installation[shell])]),
    )
    .action((shell: Shell, _options: unknown, line) => begin(async () => (await import('./command.ts')).completion, { shell }, line));
