import { buildInfo } from '../../../core/build-info.ts';
import { exitCodes } from '../../../core/exit-code.ts';
import { ProgramError } from '../../../core/program-error.ts';
import { parseSetting } from '../../../settings/parse-setting.ts';
import { type SettingName, settingDefaults } from '../../../settings/setting-names.ts';
import type { SettingsStore } from '../../../settings/settings-store.ts';
import { reportKey, reportSettings, userSettings } from '../../../settings/user-settings.ts';
import { readSecret } from '../../ask.ts';
import type { Command, CommandContext } from '../../context.ts';

const open = async (context: CommandContext, command: string): Promise<SettingsStore> => {
  await context.emit({ type: 'started', schema: 'cli-event.v1', command, version: buildInfo.version });
  return userSettings(context.environment, context.masker);
};

/** `settings`: what is set, what holds by default, and where the key to TMDB comes from. */
export const showSettings: Command<unknown> = async (_options, context) => {
  const store = await open(context, 'settings');
  const [settings, tmdbKey] = [await reportSettings(store), await reportKey(store)];
  await context.emit({ type: 'settings', file: store.file, tmdbKey, settings: [...settings] });
  return exitCodes.success;
};

/** `settings set NAME VALUE`. */
export const setSetting: Command<{ readonly name: SettingName; readonly value: string }> = async ({ name, value }, context) => {
  const store = await open(context, 'settings set');
  const change = parseSetting(name, value, context.currentFolder);
  await store.change(change);
  await context.emit({ type: 'settings-changed', file: store.file, name, change: 'set', value: change[name] ?? null });
  return exitCodes.success;
};

/** `settings unset NAME`: the default holds again. */
export const unsetSetting: Command<{ readonly name: SettingName }> = async ({ name }, context) => {
  const store = await open(context, 'settings unset');
  await store.change({ [name]: undefined });
  await context.emit({ type: 'settings-changed', file: store.file, name, change: 'unset', value: settingDefaults[name] ?? null });
  return exitCodes.success;
};

interface KeyOptions {
  readonly remove: boolean;
  /** What stood on the command line, where no key belongs. */
  readonly given: readonly string[];
}

/** `settings tmdb-key`: reads the key and keeps it sealed; `--remove` forgets it. */
export const keepKey: Command<KeyOptions> = async ({ remove, given }, context) => {
  for (const text of given) context.masker.add(text);
  const store = await open(context, 'settings tmdb-key');
  if (given.length > 0) {
    throw new ProgramError('key-on-command-line', 'The key was not taken: it stood on the command line');
  }
  if (remove) await store.removeTmdbKey();
  else await store.setTmdbKey(await readSecret('TMDB key (not shown): ', context));
  await context.emit({
    type: 'settings-changed',
    file: store.file,
    name: 'tmdbKey',
    change: remove ? 'unset' : 'set',
    value: remove ? null : '***',
    ...((await store.keyOrigin()) === 'environment' ? { overriddenBy: 'ANIVAULT_TMDB_KEY' } : {}),
  });
  return exitCodes.success;
};
