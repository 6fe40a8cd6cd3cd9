import { Argument, type Command as CommandLine } from 'commander';
import { type SettingName, settingHelp, settingNames } from '../../../settings/setting-names.ts';
import { type Begin, type DefineCommand, examples, newCommand, refuseUnknown } from '../../command-line.ts';

const nameArgument = (): Argument => new Argument('<name>', 'name of the setting').choices(settingNames);
const settingsList = (): string => {
  const width = Math.max(...settingNames.map((name) => name.length));
  return `\nSettings:\n${settingNames.map((name) => `  ${name.padEnd(width)}  ${settingHelp[name]}`).join('\n')}`;
};

export const settingsLine: DefineCommand = (begin) =>
  newCommand('settings')
    .description('Show what is set, and where the key to TMDB comes from. The key itself is never shown.')
    .allowExcessArguments()
    .addCommand(setLine(begin))
    .addCommand(unsetLine(begin))
    .addCommand(keyLine(begin))
    .addHelpText('after', settingsList())
    .addHelpText(
      'after',
      examples([
        ['anivault settings', 'what holds now'],
        ['anivault settings tmdb-key', 'ask for the key to TMDB and keep it encrypted'],
        ['anivault settings set language ja-JP', 'titles in Japanese'],
        ['anivault settings set library D:\\Anime', 'where `run` puts files when it is told no folder'],
        ['anivault settings unset language', 'the default again'],
      ]),
    )
    .action((_options: unknown, line: CommandLine) => {
      refuseUnknown(line);
      return begin(async () => (await import('./command.ts')).showSettings, {}, line);
    });

const setLine = (begin: Begin): CommandLine =>
  newCommand('set')
    .description('Set one of the settings. The key to TMDB is none of them: `anivault settings tmdb-key` asks for it.')
    .addArgument(nameArgument())
    .argument('<value>', 'its value')
    .addHelpText('after', settingsList())
    .addHelpText(
      'after',
      examples([
        ['anivault settings set language ko-KR', 'titles in Korean'],
        ['anivault settings set cacheMegabytes 128', 'a smaller cache'],
        ['anivault settings set library "D:\\My Anime"', 'a folder with spaces'],
      ]),
    )
    .action((name: SettingName, value: string, _options: unknown, line: CommandLine) =>
      begin(async () => (await import('./command.ts')).setSetting, { name, value }, line),
    );

const unsetLine = (begin: Begin): CommandLine =>
  newCommand('unset')
    .description('Take a setting back: the default holds again.')
    .addArgument(nameArgument())
    .addHelpText('after', settingsList())
    .addHelpText('after', examples([['anivault settings unset language', 'titles in English again']]))
    .action((name: SettingName, _options: unknown, line: CommandLine) =>
      begin(async () => (await import('./command.ts')).unsetSetting, { name }, line),
    );

const keyLine = (begin: Begin): CommandLine =>
  newCommand('tmdb-key')
    .description(
      'Ask for the key to TMDB and keep it encrypted. It is typed or pasted without being shown, or read from standard input; never from the command line, which other users of the machine and the history of the shell see.',
    )
    .option('--remove', 'forget the stored key')
    // The library would print what it does not expect.
    .allowExcessArguments()
    .addHelpText(
      'after',
      examples([
        ['anivault settings tmdb-key', 'ask for it on the terminal'],
        ['anivault settings tmdb-key < key.txt', 'read it from a file'],
        ['anivault settings tmdb-key --remove', 'forget it'],
        ['anivault verify', 'whether TMDB takes it'],
      ]),
    )
    .action((options: { remove?: true }, line: CommandLine) =>
      begin(async () => (await import('./command.ts')).keepKey, { remove: options.remove === true, given: line.args }, line),
    );
