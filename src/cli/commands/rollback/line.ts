import { type DefineCommand, examples, newCommand } from '../../command-line.ts';

export const rollbackLine: DefineCommand = (begin) =>
  newCommand('rollback')
    .argument('<operation>', 'id of an operation, as `log` shows it, or `last`')
    .description(
      'Take back what an operation moved or copied, finished or cut off. Never overwrites a file; without --apply nothing is changed.',
    )
    .option('--apply', 'take it back')
    .addHelpText(
      'after',
      examples([
        ['anivault rollback last', 'how the newest operation would be taken back'],
        ['anivault rollback last --apply', 'take it back'],
        ['anivault log', 'which operations there are'],
        ['anivault rollback 0mf3k2a9x4b1 --apply', 'take back that one'],
      ]),
    )
    .action((operation: string, options: { apply?: true }, line) =>
      begin(async () => (await import('./command.ts')).rollback, { operation, apply: options.apply === true }, line),
    );
