import { type DefineCommand, examples, newCommand } from '../../command-line.ts';

export const verifyLine: DefineCommand = (begin) =>
  newCommand('verify')
    .description('Check that the program is whole and works on this machine, and that TMDB is there and takes the key.')
    .option('--components', 'only load every native part of the program and try it')
    .option('--offline', 'ask nothing of the network; only look whether there is a key')
    .addHelpText(
      'after',
      examples([
        ['anivault verify', 'everything'],
        ['anivault verify --components', 'each native part, its digest, where it was loaded from'],
        ['anivault verify --offline', 'all but the question to TMDB'],
      ]),
    )
    .action((options: { components?: true; offline?: true }, line) =>
      begin(
        async () => (await import('./command.ts')).verify,
        { components: options.components === true, offline: options.offline === true },
        line,
      ),
    );
