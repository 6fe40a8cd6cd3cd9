import { type DefineCommand, examples, newCommand } from '../../command-line.ts';

export const scanLine: DefineCommand = (begin) =>
  newCommand('scan')
    .argument('<folder>', 'folder to look through, with all below it')
    .description('List video files and what their names tell. Changes nothing.')
    .addHelpText(
      'after',
      examples([
        ['anivault scan "D:\\New Anime"', 'a summary'],
        ['anivault scan D:\\Anime --json > files.ndjson', 'one line of JSON a file'],
      ]),
    )
    .action((folder: string, _options: unknown, line) => begin(async () => (await import('./command.ts')).scan, { folder }, line));
