import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import t from 'tap';
import { stateFolder } from '../../../core/state-folder.ts';
import { standInKeys } from '../../../testing/tmdb-stand-in.ts';
import { type Given, rigEnvironment, runCli } from '../../cli-rig.ts';

const filesOf = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
const typed = (text: string): Given => ({ stdin: Readable.from([text]) });

t.test('nothing is set at first, and the defaults are told', async (t) => {
  const folder = t.testdir({});
  const result = await runCli(['settings', '--json'], folder);
  t.equal(result.exitCode, 0);
  const [started, settings, ...more] = result.events();
  t.same(more, []);
  t.match(started, { type: 'started', command: 'settings' });
  t.match(settings, {
    type: 'settings',
    tmdbKey: { from: 'none' },
    settings: [
      { name: 'language', value: 'en-US', set: false },
      { name: 'includeAdult', value: false, set: false },
      { name: 'cacheMegabytes', value: 512, set: false },
      { name: 'library', value: null, set: false },
      { name: 'logLevel', value: 'info', set: false },
    ],
  });
  const people = await runCli(['settings'], folder);
  t.match(people.stdout, /^language +en-US \(default\)\n.*library +not set\n.*TMDB key +none: /s);
});

t.test('set and unset', async (t) => {
  const folder = t.testdir({});
  t.match((await runCli(['settings', 'set', 'language', 'ja_jp', '--json'], folder)).events().at(-1), {
    type: 'settings-changed',
    name: 'language',
    change: 'set',
    value: 'ja-JP',
  });
  await runCli(['settings', 'set', 'includeAdult', 'yes'], folder);
  t.match(await runCli(['settings', 'set', 'library', 'Anime'], folder), { exitCode: 0, stdout: /^library is .*Anime\.\n$/ });
  const shown = (await runCli(['settings', '--json'], folder)).events().at(-1);
  t.match(shown, {
    settings: [
      { name: 'language', value: 'ja-JP', set: true },
      { name: 'includeAdult', value: true, set: true },
      { name: 'cacheMegabytes', value: 512, set: false },
      { name: 'library', value: path.join(folder, 'Anime'), set: true },
    ],
  });
  t.match(await runCli(['settings', 'unset', 'language'], folder), { exitCode: 0, stdout: 'language is en-US again, the default.\n' });
  t.match(await runCli(['settings', 'unset', 'library'], folder), { exitCode: 0, stdout: 'library is not set any more.\n' });
  t.match((await runCli(['settings', '--json'], folder)).events().at(-1), { settings: [{ name: 'language', set: false }] });
});

t.test('what makes no sense changes nothing', async (t) => {
  const folder = t.testdir({});
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['set', 'language', 'klingon'], /"klingon" is nothing for language: language of titles/],
    [['set', 'cacheMegabytes', 'much'], /nothing for cacheMegabytes: .*1 to 1048576/],
    [['set', 'speed', '9'], /'speed' is invalid for argument 'name'. Allowed choices are language, /],
    [['unset', 'speed'], /Allowed choices are language, /],
    [['sett'], /unknown command 'sett'.*Did you mean set\?/s],
  ];
  for (const [args, wanted] of cases) {
    t.match(await runCli(['settings', ...args], folder), { exitCode: 1, stdout: '', stderr: wanted }, args.join(' '));
    t.match((await runCli(['settings', ...args, '--json'], folder)).events().at(-1), { type: 'error', exitCode: 1 });
  }
  t.notOk(existsSync(path.join(stateFolder(rigEnvironment(folder)), 'settings.json')));
});

t.test('the key is read from standard input, kept sealed and never shown', async (t) => {
  const folder = t.testdir({});
  for (const key of [standInKeys.v3, standInKeys.v4]) {
    const kept = await runCli(['settings', 'tmdb-key', '--json'], folder, typed(`${key}\r\n`));
    t.equal(kept.exitCode, 0);
    t.match(kept.events().at(-1), { type: 'settings-changed', name: 'tmdbKey', change: 'set', value: '***' });
    const shown = await runCli(['settings', '--json'], folder);
    t.match(shown.events().at(-1), { tmdbKey: { from: 'settings', kind: key === standInKeys.v3 ? 'v3' : 'v4' } });
    const people = await runCli(['settings'], folder);
    t.match(people.stdout, /TMDB key +\*\*\* .*, stored, encrypted\n/);
    const all = [kept, shown, people].map(({ stdout, stderr }) => stdout + stderr).join('');
    t.notOk(all.includes(key));
    for (const file of filesOf(folder)) t.notOk(readFileSync(file).includes(key), `${file} does not hold the key`);
  }
  t.match(await runCli(['settings', 'tmdb-key', '--remove'], folder), { exitCode: 0, stdout: /^No key to TMDB is stored any more\.\n$/ });
  t.match((await runCli(['settings', '--json'], folder)).events().at(-1), { tmdbKey: { from: 'none' } });
});

t.test('on a terminal it is asked for', async (t) => {
  const folder = t.testdir({});
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) });
  stdin.write(`${standInKeys.v3}\r`);
  t.match(await runCli(['settings', 'tmdb-key'], folder, { stdin }), { exitCode: 0, stderr: 'TMDB key (not shown): \n' });
  t.same(modes, [true, false]);
});

t.test('a key on the command line is refused and not repeated', async (t) => {
  const folder = t.testdir({});
  for (const more of [[], ['--json']]) {
    const result = await runCli(['settings', 'tmdb-key', standInKeys.v3, ...more], folder, typed(standInKeys.v3));
    t.equal(result.exitCode, 1);
    t.match(result.stdout + result.stderr, /stood on the command line.*get a new one/s);
    t.notOk((result.stdout + result.stderr).includes(standInKeys.v3));
  }
  t.match((await runCli(['settings', '--json'], folder)).events().at(-1), { tmdbKey: { from: 'none' } });
  for (const file of filesOf(folder)) t.notOk(readFileSync(file).includes(standInKeys.v3), `${file} does not hold the key`);
});

t.test('what is no key is refused with the code for keys', async (t) => {
  const folder = t.testdir({});
  for (const text of ['', 'hunter2hunter2']) {
    const result = await runCli(['settings', 'tmdb-key'], folder, typed(text));
    t.match(result, { exitCode: 2, stdout: '', stderr: /\(\d+ characters\) has not the form of one\nhint: / });
    t.notMatch(result.stderr, /hunter2/);
  }
});

t.test('the environment goes before the settings, and that is said', async (t) => {
  const folder = t.testdir({});
  const environment = { ANIVAULT_TMDB_KEY: standInKeys.v4 };
  t.match((await runCli(['settings', '--json'], folder, { environment })).events().at(-1), {
    tmdbKey: { from: 'environment', kind: 'v4' },
  });
  const kept = await runCli(['settings', 'tmdb-key'], folder, { environment, ...typed(standInKeys.v3) });
  t.match(kept.stdout, /But ANIVAULT_TMDB_KEY is set, and goes before it/);
  const wrong = await runCli(['settings', '--json'], folder, { environment: { ANIVAULT_TMDB_KEY: 'hunter2hunter2' } });
  t.match(wrong.events().at(-1), { tmdbKey: { from: 'environment', problem: /form/ } });
  t.notMatch(wrong.stdout, /hunter2/);
});

t.test('a key that cannot be opened is told of, and settings of a newer version are left alone', async (t) => {
  const folder = t.testdir({});
  await runCli(['settings', 'tmdb-key'], folder, typed(standInKeys.v3));
  const state = stateFolder(rigEnvironment(folder));
  writeFileSync(path.join(state, 'settings.key'), Buffer.alloc(32, 7), { mode: 0o600 });
  t.match((await runCli(['settings', '--json'], folder)).events().at(-1), { tmdbKey: { from: 'settings', problem: /cannot be opened/ } });
  t.match(await runCli(['settings'], folder), { exitCode: 0, stdout: /TMDB key +stored, encrypted, but of no use: / });
  const newer = JSON.stringify({ $schema: 'settings.v2.json', version: 2 });
  writeFileSync(path.join(state, 'settings.json'), newer);
  t.match((await runCli(['settings', 'set', 'language', 'de', '--json'], folder)).events().at(-1), {
    type: 'error',
    code: 'settings-newer',
    exitCode: 1,
  });
  t.equal(readFileSync(path.join(state, 'settings.json'), 'utf8'), newer);
});
