import { Command as CommandLine } from 'commander';
import { type Begin, examples, withSubcommands } from './command-line.ts';
import { commandLines } from './commands/index.ts';
import { addGlobalOptions } from './global-options.ts';
import { exitCodeRows } from './exit-code-meanings.ts';

const WHERE_TO_LOOK = 'Run with --help to see what there is.';

/**
 * The command line of the program: commands, options, help. Also the source of the command reference and of the completions. A command's code is loaded
 * when it is chosen, so that `--version` and `--help` stay quick.
 */
export function makeProgram(begin: Begin): CommandLine {
  const program = new CommandLine('anivault');
  program
    .description('Puts anime files in order: reads their names, plans where each belongs, moves them without ever overwriting one.')
    .option('-V, --version', 'print version, commit, build time and runtime (with --json as one event)')
    .showHelpAfterError(WHERE_TO_LOOK)
    .addHelpText('after', `\nExit codes:\n${exitCodeRows.map(([code, meaning]) => `  ${String(code).padEnd(4)} ${meaning}`).join('\n')}`)
    .addHelpText(
      'after',
      examples([
        ['anivault scan D:\\Downloads', 'what is there, and what the names tell'],
        ['anivault organize D:\\Downloads --to D:\\Anime', 'what would move where (a dry run)'],
        ['anivault organize D:\\Downloads --to D:\\Anime --apply', 'move it'],
        ['anivault run D:\\Downloads --to D:\\Anime', 'the same with titles, seasons and episodes of TMDB'],
        ['anivault verify --components', 'whether the program is whole and works'],
      ]),
    );
  for (const define of commandLines) {
    const command = define(begin);
    for (const each of withSubcommands(command)) each.showHelpAfterError(WHERE_TO_LOOK);
    program.addCommand(command);
  }
  addGlobalOptions(program);
  return program;
}
