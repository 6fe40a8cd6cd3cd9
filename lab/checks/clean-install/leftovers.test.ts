import { readFileSync } from 'node:fs';
import t from 'tap';
import { readFacts } from '../../testing/ask-check.ts';
import { cleanInstall } from './check.ts';
import type { CleanInstallFacts, NewEntries } from './facts.ts';
import { unwelcome } from './leftovers.ts';
import { isWithin } from './system-snapshot.ts';

const facts: CleanInstallFacts = readFacts(cleanInstall, JSON.parse(readFileSync(new URL('facts/passed.json', import.meta.url), 'utf8')));
const profile = facts.guest.userProfile;
const allowed = ['AppData/Local/AniVault/*', 'AppData/Local/AniVault/native/*/*.node'];

const left = (path: string, kind: NewEntries['listed'][number]['kind'] = 'file', patterns = allowed): readonly string[] =>
  unwelcome(
    { ...facts, system: { ...facts.system, leftovers: { count: 1, sizeBytes: 0, listed: [{ path, kind, sizeBytes: 0 }] } } },
    patterns,
  ).map((entry) => entry.path);

t.test('allowed: what a pattern names, in any case, and the folders on the way', async (t) => {
  t.same(left(`${profile}\\AppData\\Local\\AniVault\\rollback.jsonl`), []);
  t.same(left(`${profile.toUpperCase()}\\APPDATA\\local\\anivault\\X`), []);
  t.same(left(`${profile}\\AppData\\Local\\AniVault\\native\\0123\\sodium.node`), []);
  for (const folder of ['AppData', 'AppData\\Local', 'AppData\\Local\\AniVault', 'AppData\\Local\\AniVault\\native\\0123'])
    t.same(left(`${profile}\\${folder}`, 'directory'), [], folder);
});

t.test('not allowed: everything else', async (t) => {
  for (const path of [
    'AppData\\Local\\Other',
    'AppData\\Local\\AniVault\\native\\0123\\evil.exe',
    'AppData\\Local\\AniVault\\a\\b',
    'AppData\\Local\\AniVault2\\x',
    'x',
    'xAppData\\Local\\AniVault\\x',
  ]) {
    t.same(left(`${profile}\\${path}`), [`${profile}\\${path}`], path);
  }
  t.same(left('C:\\AppData\\Local\\AniVault\\x').length, 1, 'outside the profile');
  t.same(left(`${profile}2\\AppData\\Local\\AniVault\\x`).length, 1, 'another profile');
  t.same(left(`${profile}\\AppData\\Local\\AniVault`, 'file').length, 1, 'a file where a folder is on the way');
  t.same(left(`${profile}\\AppData\\Roaming`, 'directory').length, 1, 'a folder that leads nowhere');
  t.same(left(`${profile}\\AppData\\Local\\AniVault\\link`, 'other').length, 1, 'links');
});

t.test('a pattern is no regular expression', async (t) => {
  t.same(left(`${profile}\\a+b(c)`, 'file', ['a+b(c)']), []);
  t.same(left(`${profile}\\aab`, 'file', ['a.b']).length, 1);
  t.same(left(`${profile}\\x`, 'file', ['']).length, 1);
  t.same(left(`${profile}\\[x`, 'file', ['[*']), []);
});

t.test('within, as Windows sees it', async (t) => {
  t.ok(isWithin('C:\\Users\\A\\b', 'c:\\users\\a'));
  t.ok(isWithin('C:\\Users\\a', 'C:\\Users\\a\\'));
  t.notOk(isWithin('C:\\Users\\ab', 'C:\\Users\\a'));
  t.ok(isWithin('C:\\x', 'C:\\'));
});
