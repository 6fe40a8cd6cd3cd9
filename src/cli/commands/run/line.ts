import { InvalidArgumentError, Option } from 'commander';
import { type DefineCommand, examples, newCommand } from '../../command-line.ts';
import { type GivenAsking, askingOptions, withAskingOptions } from '../match/asking-options.ts';

interface Given extends GivenAsking {
  readonly to?: string;
  readonly apply?: true;
  readonly copy?: true;
  readonly plan?: string;
  readonly minConfidence?: number;
  readonly acceptUncertain?: true;
}

export const runLine: DefineCommand = (begin) =>
  withAskingOptions(
    newCommand('run')
      .argument('<folder>', 'folder whose video files are put in order')
      .option('--to <folder>', 'folder that holds the library; else what `settings set library` says')
      .option('--apply', 'move the files; every move is written to rollback.jsonl first')
      .option('--copy', 'copy instead of moving')
      .option('--plan <file>', 'write the plan to a file'),
  )
    .addOption(
      new Option('--min-confidence <number>', 'how sure it has to be which title a file is of, from 0 to 1 (0.66 when absent)').argParser(
        confidence,
      ),
    )
    .option('--accept-uncertain', 'move also what is not sure: take the likeliest title, and numbers that TMDB does not know')
    .description(
      'Do it all: look through a folder, ask TMDB which title each file is of, plan where it belongs and, with --apply, move it there. Without --apply nothing is changed. What is not sure stays.',
    )
    .addHelpText(
      'after',
      examples([
        ['anivault run D:\\Downloads --to D:\\Anime', 'what would move where'],
        ['anivault run D:\\Downloads --to D:\\Anime --apply', 'move it'],
        ['anivault settings set library D:\\Anime', 'from now on --to can be left out'],
        ['anivault run D:\\Downloads --min-confidence 0.9', 'only what is very sure'],
        ['anivault run D:\\Downloads --offline --plan plan.json', 'with what the cache has, kept as a file'],
      ]),
    )
    .action((folder: string, options: Given, line) =>
      begin(
        async () => (await import('./command.ts')).runAll,
        {
          folder,
          ...(options.to === undefined ? {} : { to: options.to }),
          apply: options.apply === true,
          copy: options.copy === true,
          ...(options.plan === undefined ? {} : { plan: options.plan }),
          ...askingOptions(options),
          rules: {
            acceptUncertain: options.acceptUncertain === true,
            ...(options.minConfidence === undefined ? {} : { leastConfidence: options.minConfidence }),
          },
        },
        line,
      ),
    );

function confidence(text: string): number {
  // 0.9 · 1 · .5
  const number = /^(?:\d(?:\.\d{0,6})?|\.\d{1,6})$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= 0 && number <= 1)) throw new InvalidArgumentError('It is a number from 0 to 1.');
  return number;
}
