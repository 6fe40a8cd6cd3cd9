import type { Command as CommandLine } from 'commander';
import { type Begin, type DefineCommand, examples, newCommand, refuseUnknown } from '../../command-line.ts';
import { askingOptions, languageOption } from '../match/asking-options.ts';

export const cacheLine: DefineCommand = (begin) =>
  newCommand('cache')
    .description('Show what the cache of TMDB answers holds and how well it does.')
    .allowExcessArguments()
    .addCommand(showLine(begin))
    .addCommand(clearLine(begin))
    .addCommand(warmLine(begin))
    .addHelpText(
      'after',
      examples([
        ['anivault cache', 'the same as `anivault cache show`'],
        ['anivault cache warm D:\\Anime', 'ask TMDB now what `match` will need later'],
        ['anivault cache clear', 'remove it; asks first'],
      ]),
    )
    .action((_options: unknown, line: CommandLine) => {
      refuseUnknown(line);
      return begin(async () => (await import('./command.ts')).showCacheFigures, {}, line);
    });

const showLine = (begin: Begin): CommandLine =>
  newCommand('show')
    .description('Show how much is in the cache, and how many questions it answered: in all, and the last time.')
    .addHelpText('after', examples([['anivault cache show --json', 'as one line of JSON']]))
    .action((_options: unknown, line: CommandLine) => begin(async () => (await import('./command.ts')).showCacheFigures, {}, line));

const clearLine = (begin: Begin): CommandLine =>
  newCommand('clear')
    .description(
      'Remove every answer, and what was put aside as damaged. Asks first, unless --yes is given. The cache fills again by itself.',
    )
    .addHelpText(
      'after',
      examples([
        ['anivault cache clear', 'asks first'],
        ['anivault cache clear --yes', 'does not ask'],
      ]),
    )
    .action((_options: unknown, line: CommandLine) => begin(async () => (await import('./command.ts')).emptyCache, {}, line));

const warmLine = (begin: Begin): CommandLine =>
  newCommand('warm')
    .argument('<folder>', 'folder whose video files are looked up')
    .addOption(languageOption())
    .description('Ask TMDB all that a later `match` or `run` of a folder needs, so that it works without a network.')
    .addHelpText(
      'after',
      examples([
        ['anivault cache warm D:\\Anime', 'ask now'],
        ['anivault match D:\\Anime --offline', 'later, on the train'],
      ]),
    )
    .action((folder: string, options: { language?: string }, line: CommandLine) =>
      begin(async () => (await import('./command.ts')).warmCache, { folder, ...askingOptions(options) }, line),
    );
