import { InvalidArgumentError } from 'commander';
import { type DefineCommand, examples, newCommand } from '../../command-line.ts';

const DEFAULT_LIMIT = 20;
const MOST = 100_000;

export const logLine: DefineCommand = (begin) =>
  newCommand('log')
    .description('List what was moved or copied so far, the newest last, and how far it came.')
    .option('--limit <number>', 'show no more than so many operations', wholeNumber, DEFAULT_LIMIT)
    .addHelpText(
      'after',
      examples([
        ['anivault log', 'the newest operations'],
        ['anivault log --limit 1', 'the last one'],
        ['anivault log --json --limit 1000 > operations.ndjson', 'one line of JSON an operation'],
        ['anivault rollback last', 'how the last one would be taken back'],
      ]),
    )
    .action((options: { limit: number }, line) => begin(async () => (await import('./command.ts')).log, options, line));

function wholeNumber(text: string): number {
  const number = Number(text);
  // 20
  if (!/^\d{1,6}$/.test(text) || number < 1 || number > MOST) throw new InvalidArgumentError(`Give a whole number from 1 to ${MOST}.`);
  return number;
}
