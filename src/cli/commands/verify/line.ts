import { type DefineCommand, examples, newCommand } from '../../command-line.ts';

export const verifyLine: DefineCommand = (begin) =>
  newCommand('verify')
    .description('Check that the program is whole and works on this machine.')
    .option('--components', 'load every native part and try it (so far all that there is to check)')
    .addHelpText('after', examples([['anivault verify --components', 'each native part, its digest, where it was loaded from']]))
    .action((_options: unknown, line) => begin(async () => (await import('./command.ts')).verify, {}, line));
