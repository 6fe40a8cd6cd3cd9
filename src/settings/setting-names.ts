import type { PlainSettings } from './settings-store.ts';

/** Every setting that is no secret, with what it is for and what it takes. Light: help texts are made of it. */
export const settingHelp = {
  language: 'language of titles, as TMDB writes it: en-US, ja-JP, ko-KR, de-DE',
  includeAdult: 'whether TMDB may answer with titles for adults: true or false',
  cacheMegabytes: 'bound of the cache of TMDB answers in megabytes: 1 to 1048576',
  library: 'folder that holds the library, for commands that are told no other',
  logLevel: 'what the log on the disk keeps: debug, info, warn, error or off',
} as const satisfies Record<keyof PlainSettings, string>;

export type SettingName = keyof typeof settingHelp;
export const settingNames = Object.keys(settingHelp) as readonly SettingName[];

/** What a setting is while nobody has set it; nothing for the library. */
export const settingDefaults = {
  language: 'en-US',
  includeAdult: false,
  cacheMegabytes: 512,
  library: undefined,
  logLevel: 'info',
} as const satisfies { readonly [Name in SettingName]: PlainSettings[Name] };
