import { type DefineCommand, examples, newCommand } from '../../command-line.ts';

export const organizeLine: DefineCommand = (begin) =>
  newCommand('organize')
    .argument('<folder>', 'folder whose video files are put in order')
    .description('Plan where each video file belongs and, with --apply, move it there. Without --apply nothing is changed.')
    .requiredOption('--to <folder>', 'folder that holds the library; made when it does not exist')
    .option('--apply', 'move the files; every move is written to rollback.jsonl first')
    .option('--plan <file>', 'write the plan to a file')
    .addHelpText(
      'after',
      examples([
        ['anivault organize D:\\Downloads --to D:\\Anime', 'what would move where'],
        ['anivault organize D:\\Downloads --to D:\\Anime --plan plan.json', 'the same, kept as a file'],
        ['anivault organize D:\\Downloads --to D:\\Anime --apply', 'move it'],
      ]),
    )
    .action((folder: string, options: { to: string; apply?: true; plan?: string }, line) =>
      begin(
        async () => (await import('./command.ts')).organize,
        { folder, to: options.to, apply: options.apply === true, ...(options.plan === undefined ? {} : { plan: options.plan }) },
        line,
      ),
    );
