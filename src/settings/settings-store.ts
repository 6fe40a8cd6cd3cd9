import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Settings, settings } from '../contract/settings.ts';
import { ProgramError } from '../core/program-error.ts';
import { writeFileAtomic } from '../core/write-file-atomic.ts';
import { type TmdbKey, tmdbKey } from '../tmdb/tmdb-key.ts';
import { readKeyFile } from './key-file.ts';
import type { Masker } from './masker.ts';
import { openText, sealText } from './seal.ts';

const PLAIN = ['language', 'includeAdult', 'cacheMegabytes', 'library', 'logLevel'] as const;
/** Settings that are no secret. */
export type PlainSettings = Pick<Settings, (typeof PLAIN)[number]>;

/** Where a key to TMDB comes from; the environment goes before the settings. */
export type KeyOrigin = 'environment' | 'settings' | 'none';

/** The settings of a user, in `settings.json` of the state folder, and the key that opens what is sealed in them. */
export interface SettingsStore {
  readonly file: string;
  /** What is set; nothing when there is no file. Throws `settings-unreadable` for a file that is not one of settings. */
  readonly read: () => Promise<PlainSettings>;
  /** Sets some and, with `undefined`, takes some back. Throws `settings-newer` rather than writing over the file of a newer version. */
  readonly change: (changes: { readonly [Name in keyof PlainSettings]?: PlainSettings[Name] | undefined }) => Promise<PlainSettings>;
  /** Checks the form of a key and keeps it sealed. The key is masked from then on. */
  readonly setTmdbKey: (text: string) => Promise<void>;
  readonly removeTmdbKey: () => Promise<void>;
  /** `ANIVAULT_TMDB_KEY`, else the stored key; masked from then on. Throws `tmdb-key-missing` when there is none. */
  readonly tmdbKey: () => Promise<TmdbKey>;
  /** Where {@link tmdbKey} would take it from, without opening it. */
  readonly keyOrigin: () => Promise<KeyOrigin>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const VERSION = 1;
const MOST_BYTES = 1 << 20;
const ABOUT = 'TMDB key';

/** Opens the settings in the state folder. Reads nothing yet. */
export function openSettings(folder: string, environment: Environment, masker: Masker): SettingsStore {
  const file = path.join(folder, 'settings.json');
  const fromEnvironment = environment['ANIVAULT_TMDB_KEY']?.trim() || undefined;
  if (fromEnvironment !== undefined) masker.add(fromEnvironment);

  const load = async (): Promise<Settings> => {
    const text = await readText(file);
    return text === undefined ? { $schema: 'settings.v1.json', version: VERSION } : parse(text, file);
  };
  const save = async (value: Settings): Promise<void> => {
    await writeFileAtomic(file, `${JSON.stringify(settings.parse(value), null, 2)}\n`);
  };
  const masked = (text: string): TmdbKey => {
    masker.add(text.trim());
    return tmdbKey(text);
  };

  return {
    file,
    read: async () => plain(await load()),
    change: async (changes) => {
      const next = { ...(await load()), ...changes };
      const checked = settings.safeParse(JSON.parse(JSON.stringify(next)));
      if (!checked.success) throw unreadable(file, checked.error);
      await save(checked.data);
      return plain(checked.data);
    },
    setTmdbKey: async (text) => {
      const { text: trimmed } = masked(text);
      const before = await load();
      const key = await readKeyFile(folder, true);
      if (key === undefined) throw new ProgramError('tmdb-key-unreadable', `The key file in ${folder} went away while it was made`);
      await save({ ...before, tmdbKey: await sealText(trimmed, ABOUT, key) });
    },
    removeTmdbKey: async () => {
      const { tmdbKey: _, ...rest } = await load();
      await save(rest);
    },
    tmdbKey: async () => {
      if (fromEnvironment !== undefined) return masked(fromEnvironment);
      const { tmdbKey: sealed } = await load();
      if (sealed === undefined) throw new ProgramError('tmdb-key-missing', 'There is no key to TMDB');
      const key = await readKeyFile(folder, false);
      if (key === undefined) throw new ProgramError('tmdb-key-unreadable', `The key file that opens the stored key is gone from ${folder}`);
      return masked(await openText(sealed, ABOUT, key));
    },
    keyOrigin: async () => {
      if (fromEnvironment !== undefined) return 'environment';
      return (await load()).tmdbKey === undefined ? 'none' : 'settings';
    },
  };
}

function plain(value: Settings): PlainSettings {
  return Object.fromEntries(PLAIN.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name]]])));
}

async function readText(file: string): Promise<string | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > MOST_BYTES) throw new ProgramError('settings-unreadable', `${file} is far too long for settings`);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof ProgramError) throw error;
    throw new ProgramError(
      'settings-unreadable',
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
      error,
    );
  }
}

function parse(text: string, file: string): Settings {
  let content: unknown;
  try {
    // Editors on Windows put a mark at the start of a file.
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new ProgramError('settings-unreadable', `${file} is no JSON`, error);
  }
  const version = (content as { readonly version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > VERSION) {
    throw new ProgramError('settings-newer', `${file} has version ${version}; this program knows ${VERSION}`);
  }
  const checked = settings.safeParse(content);
  if (!checked.success) throw unreadable(file, checked.error);
  return checked.data;
}

function unreadable(
  file: string,
  error: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] },
): ProgramError {
  const { path: where, message } = error.issues[0] ?? { path: [], message: '' };
  return new ProgramError('settings-unreadable', `${file} is not right at ${where.map(String).join('.') || 'its root'}: ${message}`);
}
