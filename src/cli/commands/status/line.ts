import { type DefineCommand, examples, newCommand } from '../../command-line.ts';

export const statusLine: DefineCommand = (begin) =>
  newCommand('status')
    .description('Show the last operation, how the cache does, and what is set. Asks nobody and changes nothing.')
    .option('--diag', 'describe program and machine as lines of JSON, for a report; without keys, home folders and names of files')
    .addHelpText(
      'after',
      examples([
        ['anivault status', 'in short'],
        ['anivault status --diag > anivault-diag.ndjson', 'a file to attach to a report'],
      ]),
    )
    .action((options: { diag?: true }, line) => {
      // Such a file has one form only.
      if (options.diag === true) line.setOptionValueWithSource('json', true, 'cli');
      return options.diag === true
        ? begin(async () => (await import('./diagnose.ts')).diagnose, {}, line)
        : begin(async () => (await import('./command.ts')).status, {}, line);
    });
