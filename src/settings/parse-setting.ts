import path from 'node:path';
import { settings } from '../contract/settings.ts';
import { ProgramError } from '../core/program-error.ts';
import { languageCode } from './language-code.ts';
import { type SettingName, settingHelp } from './setting-names.ts';
import type { PlainSettings } from './settings-store.ts';

const YES: ReadonlySet<string> = new Set(['true', 'yes', 'on', '1']);
const NO: ReadonlySet<string> = new Set(['false', 'no', 'off', '0']);

/**
 * Reads what a user gave for a setting; a folder may be relative to `currentFolder`. Throws a `ProgramError` `setting-invalid` that says what the setting
 * takes. Pure.
 */
export function parseSetting(name: SettingName, text: string, currentFolder: string): PlainSettings {
  const value = valueOf(name, text.trim(), currentFolder);
  const checked = settings.shape[name].safeParse(value);
  if (!checked.success || value === undefined) {
    throw new ProgramError('setting-invalid', `${JSON.stringify(text)} is nothing for ${name}: ${settingHelp[name]}`);
  }
  return { [name]: checked.data };
}

function valueOf(name: SettingName, text: string, currentFolder: string): string | number | boolean | undefined {
  switch (name) {
    case 'language':
      return languageCode(text);
    case 'includeAdult':
      return YES.has(text.toLowerCase()) ? true : NO.has(text.toLowerCase()) ? false : undefined;
    case 'cacheMegabytes':
      // 512
      return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
    case 'library':
      return text === '' ? undefined : path.resolve(currentFolder, text);
    case 'logLevel':
      return text.toLowerCase();
  }
}
