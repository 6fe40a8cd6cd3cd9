import type { ProgramResult, ProgramRun } from '../../core/toolkit.ts';
import { type Json, ndjson, started } from './fake-events.ts';
import { type MemoryFiles, SERVICE_MARK } from './memory-guest.ts';

const STATE = 'C:\\Users\\guest\\AppData\\Local\\AniVault';
const SETTINGS = `${STATE}\\settings.json`;
const CACHE = `${STATE}\\cache.json`;

/** What the stand-in for the service knows. */
const TITLES: Readonly<Record<string, string>> = {
  'Steins Gate': 'シュタインズ・ゲート',
  'Sousou no Frieren': '葬送のフリーレン',
  'Spy x Family': 'SPY×FAMILY',
  Mushishi: '蟲師',
  'Toradora!': 'とらドラ！',
  'Vinland Saga': 'ヴィンランド・サガ',
};

/** Not sealed, but not to be recognised either. */
const sealed = (key: string): string => String(Buffer.from(key).reduce((sum, byte) => (sum * 31 + byte) % 1_000_003, 7));

export function fakeSettings({ args, stdin = '' }: ProgramRun, files: MemoryFiles): Partial<ProgramResult> {
  if (args[1] === 'tmdb-key') {
    files.write(SETTINGS, JSON.stringify({ tmdbKey: sealed(stdin.trim()) }));
    const changed = { type: 'settings-changed', file: SETTINGS, name: 'tmdbKey', change: 'set', value: '***' };
    return { stdout: ndjson([started('settings tmdb-key'), changed]) };
  }
  const tmdbKey = files.read(SETTINGS) === undefined ? { from: 'none' } : { from: 'settings', kind: 'v3' };
  return { stdout: ndjson([started('settings'), { type: 'settings', file: SETTINGS, tmdbKey, settings: [] }]) };
}

/** Asks the service for what the cache does not have, once a title. */
export function fakeMatch(
  { env = {} }: ProgramRun,
  files: MemoryFiles,
  names: readonly { readonly path: string; readonly title: string | undefined }[],
): Partial<ProgramResult> {
  const cached = new Set(JSON.parse(files.read(CACHE) ?? '[]') as readonly string[]);
  const isThere = files.read(SERVICE_MARK) === '1' && env['ANIVAULT_TMDB_URL'] !== undefined && files.read(SETTINGS) !== undefined;
  const counts = { hits: 0, misses: 0 };
  const found = names.map(({ path, title }): Json => {
    const event = { type: 'match', path, candidates: [] as Json[] };
    if (title === undefined) return { ...event, verdict: 'not-understood' };
    if (cached.has(title)) counts.hits += 1;
    else counts.misses += 1;
    if (!cached.has(title) && !isThere) return { ...event, verdict: 'unanswered', problem: { code: 'tmdb-unreachable', message: 'gone' } };
    cached.add(title);
    const originalTitle = TITLES[title];
    return originalTitle === undefined
      ? { ...event, verdict: 'none', query: title, from: 'network' }
      : { ...event, verdict: 'matched', query: title, from: 'network', candidates: [candidate(title, originalTitle)] };
  });
  files.write(CACHE, JSON.stringify([...cached]));
  const ofVerdict = (verdict: string): number => found.filter((one) => one['verdict'] === verdict).length;
  const summary = {
    type: 'match-summary',
    files: found.length,
    matched: ofVerdict('matched'),
    uncertain: 0,
    none: ofVerdict('none'),
    notUnderstood: ofVerdict('not-understood'),
    unanswered: ofVerdict('unanswered'),
    titles: 1,
    problems: 0,
    offline: false,
    ...counts,
    stale: 0,
    hitRate: null,
    durationMs: 5,
    peakMemoryBytes: 1000,
  };
  return { exitCode: summary.matched === found.length ? 0 : 10, stdout: ndjson([started('match'), ...found, summary]) };
}

const candidate = (title: string, originalTitle: string): Json => ({
  kind: 'tv',
  id: 1,
  title,
  originalTitle,
  originalLanguage: 'ja',
  confidence: 0.9,
  reasons: [],
});
