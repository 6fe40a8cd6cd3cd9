import { type DefineCommand, examples, newCommand } from '../../command-line.ts';
import { type GivenAsking, askingOptions, withAskingOptions } from './asking-options.ts';

export const matchLine: DefineCommand = (begin) =>
  withAskingOptions(newCommand('match').argument('<folder>', 'folder whose video files are looked up'))
    .description('Ask TMDB which title each video file is of, and how sure that is. Changes no file.')
    .addHelpText(
      'after',
      examples([
        ['anivault match "D:\\New Anime"', 'what each file is'],
        ['anivault match D:\\Anime --language ja-JP', 'with Japanese titles'],
        ['anivault match D:\\Anime --offline', 'only what the cache has'],
        ['anivault match D:\\Anime --json > matches.ndjson', 'every candidate with its reasons, one line of JSON a file'],
      ]),
    )
    .action((folder: string, options: GivenAsking, line) =>
      begin(async () => (await import('./command.ts')).match, { folder, ...askingOptions(options) }, line),
    );
