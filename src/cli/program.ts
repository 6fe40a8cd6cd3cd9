import { Command as CommandLine, Option } from 'commander';
import type { ExitCode } from '../core/exit-code.ts';
import type { Command } from './context.ts';

/** Runs a command that the command line chose. */
export type Start = <Options>(load: () => Promise<Command<Options>>, options: Options, json: boolean) => Promise<ExitCode>;

/**
 * The command line of the program: commands, options, help. Also the source of the command reference. A command's code is loaded when it is chosen, so
 * that `--version` and `--help` stay quick.
 */
export function makeProgram(start: Start, finish: (exitCode: ExitCode) => void): CommandLine {
  const program = new CommandLine('anivault');
  program
    .description('Puts anime files in order: reads their names, plans where each belongs, moves them without ever overwriting one.')
    .option('-V, --version', 'print version, commit and runtime (with --json as one event)')
    .addOption(json())
    .showHelpAfterError('Run with --help to see what there is.')
    .addHelpText(
      'after',
      examples([
        ['anivault scan D:\\Downloads', 'what is there, and what the names tell'],
        ['anivault organize D:\\Downloads --to D:\\Anime', 'what would move where (a dry run)'],
        ['anivault organize D:\\Downloads --to D:\\Anime --apply', 'move it'],
        ['anivault verify --components', 'whether the program is whole and works'],
      ]),
    );

  program
    .command('scan')
    .argument('<folder>', 'folder to look through, with all below it')
    .description('List video files and what their names tell. Changes nothing.')
    .addOption(json())
    .addHelpText(
      'after',
      examples([
        ['anivault scan "D:\\New Anime"', 'a summary'],
        ['anivault scan D:\\Anime --json > files.ndjson', 'one line of JSON a file'],
      ]),
    )
    .action(async (folder: string, _options: unknown, command: CommandLine) => {
      finish(await start(async () => (await import('./scan.ts')).scan, { folder }, wantsJson(command)));
    });

  program
    .command('organize')
    .argument('<folder>', 'folder whose video files are put in order')
    .description('Plan where each video file belongs and, with --apply, move it there. Without --apply nothing is changed.')
    .requiredOption('--to <folder>', 'folder that holds the library; made when it does not exist')
    .option('--apply', 'move the files; every move is written to rollback.jsonl first')
    .option('--plan <file>', 'write the plan to a file')
    .addOption(json())
    .addHelpText(
      'after',
      examples([
        ['anivault organize D:\\Downloads --to D:\\Anime', 'what would move where'],
        ['anivault organize D:\\Downloads --to D:\\Anime --plan plan.json', 'the same, kept as a file'],
        ['anivault organize D:\\Downloads --to D:\\Anime --apply', 'move it'],
      ]),
    )
    .action(async (folder: string, options: { to: string; apply?: true; plan?: string }, command: CommandLine) => {
      const wanted = {
        folder,
        to: options.to,
        apply: options.apply === true,
        ...(options.plan === undefined ? {} : { plan: options.plan }),
      };
      finish(await start(async () => (await import('./organize.ts')).organize, wanted, wantsJson(command)));
    });

  program
    .command('verify')
    .description('Check that the program is whole and works on this machine.')
    .option('--components', 'load every native part and try it (so far all that there is to check)')
    .addOption(json())
    .addHelpText('after', examples([['anivault verify --components', 'each native part, its digest, where it was loaded from']]))
    .action(async (_options: unknown, command: CommandLine) => {
      finish(await start(async () => (await import('./verify.ts')).verify, {}, wantsJson(command)));
    });
  return program;
}

const json = (): Option => new Option('--json', 'print events as lines of JSON, as cli-event.v1.json describes them');
const wantsJson = (command: CommandLine): boolean => command.optsWithGlobals()['json'] === true;

function examples(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([line]) => line.length));
  return `\nExamples:\n${rows.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`).join('\n')}`;
}
