import type { KeyReport, SettingReport } from '../contract/events/settings.ts';
import { ProgramError } from '../core/program-error.ts';
import { stateFolder } from '../core/state-folder.ts';
import type { Masker } from './masker.ts';
import { settingDefaults, settingNames } from './setting-names.ts';
import { type SettingsStore, openSettings } from './settings-store.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of the user who runs the program. */
export const userSettings = (environment: Environment, masker: Masker): SettingsStore =>
  openSettings(stateFolder(environment), environment, masker);

/** Every setting with what holds for it, in the order that users know. */
export async function reportSettings(store: SettingsStore): Promise<readonly SettingReport[]> {
  const values = await store.read();
  return settingNames.map((name) => ({ name, value: values[name] ?? settingDefaults[name] ?? null, set: values[name] !== undefined }));
}

/** Opens the key, tells about it, and keeps it to itself. A key that cannot be used is a finding, not a failure. */
export async function reportKey(store: SettingsStore): Promise<KeyReport> {
  const from = await store.keyOrigin();
  if (from === 'none') return { from };
  try {
    return { from, kind: (await store.tmdbKey()).kind };
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    return { from, problem: error.message };
  }
}
