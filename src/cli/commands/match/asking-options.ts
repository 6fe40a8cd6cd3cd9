import { type Command as CommandLine, InvalidArgumentError, Option } from 'commander';
import { languageCode } from '../../../settings/language-code.ts';
import type { AskingOptions } from './open-matching.ts';

/** What commander makes of the options below. */
export interface GivenAsking {
  readonly offline?: true;
  readonly language?: string;
}

/** Adds the options of commands that ask TMDB. */
export const withAskingOptions = (line: CommandLine): CommandLine =>
  line.option('--offline', 'ask nothing of the network; use what the cache has').addOption(languageOption());

export const languageOption = (): Option =>
  new Option('--language <code>', 'language of titles, such as ja-JP; else what the settings say').argParser(language);

export const askingOptions = ({ offline, language: code }: GivenAsking): AskingOptions => ({
  offline: offline === true,
  ...(code === undefined ? {} : { language: code }),
});

function language(text: string): string {
  const code = languageCode(text);
  if (code === undefined) throw new InvalidArgumentError('Languages look like this: en-US, ja-JP, ko-KR, de-DE.');
  return code;
}
