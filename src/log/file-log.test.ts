import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { openFileLog } from './file-log.ts';
import { makeMasker } from '../settings/masker.ts';
import { homeMask } from './mask-home.ts';
import { logFolder, openLog } from './open-log.ts';

const day = new Date('2026-01-02T03:04:05.678Z');
const textOf = (folder: string): string =>
  readdirSync(folder)
    .toSorted()
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('');

t.test('lines in UTF-8, one event each', async (t) => {
  const folder = path.join(t.testdir({}), 'deep/logs');
  {
    await using log = openFileLog({ folder, level: 'info', now: () => day });
    log.debug('not kept');
    log.info('found 花の歌 🙂', { path: 'a/b', count: 2, missing: undefined });
    log.error('two\nlines\u001b[31m \u202e and half of a pair \ud800');
    t.notOk(log.keeps('debug'));
    t.ok(log.keeps('warn'));
  }
  t.same(textOf(folder).split('\n'), [
    '2026-01-02T03:04:05.678Z INFO  found 花の歌 🙂 {"path":"a/b","count":2}',
    '2026-01-02T03:04:05.678Z ERROR two\\u000alines\\u001b[31m \\u202e and half of a pair \ufffd',
    '',
  ]);
  t.same(readdirSync(folder), ['anivault-2026-01-02.log']);
});

t.test('off writes nothing at all', async (t) => {
  const folder = path.join(t.testdir({}), 'logs');
  const log = openFileLog({ folder, level: 'off' });
  log.error('nothing');
  await log.flush();
  t.notOk(existsSync(folder));
});

t.test('a new file for a new day and for one that is full; old ones go', async (t) => {
  const folder = t.testdir({ 'notes.txt': 'mine', 'anivault-2025-12-01.log': 'old\n' });
  let now = day;
  const log = openFileLog({ folder, level: 'info', now: () => now, mostFileBytes: 200, mostFiles: 4 });
  for (let index = 0; index < 4; index += 1) {
    log.info('x'.repeat(200));
    await log.flush();
  }
  t.same(readdirSync(folder).toSorted(), [
    'anivault-2026-01-02.1.log',
    'anivault-2026-01-02.2.log',
    'anivault-2026-01-02.3.log',
    'anivault-2026-01-02.log',
    'notes.txt',
  ]);
  now = new Date('2026-01-03T00:00:00Z');
  log.info('next');
  await log.flush();
  t.same(readdirSync(folder).toSorted(), [
    'anivault-2026-01-02.1.log',
    'anivault-2026-01-02.2.log',
    'anivault-2026-01-02.3.log',
    'anivault-2026-01-03.log',
    'notes.txt',
  ]);
  const another = openFileLog({ folder, level: 'info', now: () => now });
  another.info('same file');
  await another.flush();
  t.match(readFileSync(path.join(folder, 'anivault-2026-01-03.log'), 'utf8'), /next\n.*same file\n$/);
});

t.test('long lines are cut', async (t) => {
  const folder = t.testdir({});
  const log = openFileLog({ folder, level: 'info' });
  log.info('x'.repeat(1_000_000), { y: 'z' });
  await log.flush();
  t.ok(textOf(folder).length < 5_000);
});

t.test('a disk that fails stops the log and nothing else', async (t) => {
  const folder = t.testdir({ logs: 'a file' });
  const log = openFileLog({ folder: path.join(folder, 'logs'), level: 'info' });
  log.info('lost');
  await log.flush();
  t.match(log.problem(), { code: 'EEXIST' });
  t.notOk(log.keeps('error'));
  log.info('lost as well');
  await log.flush();
});

t.test('lines that the disk is too slow for are left out and counted', async (t) => {
  const folder = t.testdir({});
  const log = openFileLog({ folder, level: 'info' });
  const line = 'x'.repeat(1_000);
  // Nothing is written while this loop has the thread.
  for (let index = 0; index < 10_000; index += 1) log.info(line);
  await log.flush();
  log.info('last');
  await log.flush();
  const text = textOf(folder);
  t.match(text, /WARN {2}\d+ lines were left out/);
  t.ok(text.length < 6 * 2 ** 20);
  t.ok(text.endsWith('last\n'));
});

t.test('home paths and secrets are masked', async (t) => {
  const linux = homeMask('/home/ann/', 'linux');
  t.equal(linux('open /home/ann/x and /home/anna/y'), 'open ~/x and /home/anna/y');
  const windows = homeMask('C:\\Users\\Ann', 'win32');
  t.equal(windows('c:\\users\\ann\\x "C:\\\\Users\\\\Ann\\\\y" C:/Users/Ann/z C:\\Users\\Anna'), '~\\x "~\\\\y" ~/z C:\\Users\\Anna');
  t.equal(homeMask('/', 'linux')('/a/b'), '/a/b');
  const folder = t.testdir({});
  const log = openFileLog({ folder, level: 'info', mask: (text) => linux(text).replaceAll('secret', '***') });
  log.info('a secret in /home/ann/a', { path: '/home/ann/b' });
  await log.flush();
  t.match(textOf(folder), 'a *** in ~/a {"path":"~/b"}');
});

t.test('the program’s own log', async (t) => {
  const state = t.testdir({});
  const environment = { XDG_STATE_HOME: state, LOCALAPPDATA: state, HOME: '/home/ann', USERPROFILE: 'C:\\Users\\ann' };
  const masker = makeMasker();
  {
    await using log = openLog(environment, 'warn', masker);
    log.info('not kept');
    log.warn('with a key that is learnt later: 0123456789abcdef', {
      home: environment[process.platform === 'win32' ? 'USERPROFILE' : 'HOME'],
    });
    masker.add('0123456789abcdef');
  }
  t.match(textOf(logFolder(environment)), /^\S+ WARN {2}with a key that is learnt later: \*\*\* \{"home":"~"\}\n$/);
});

t.test('several processes write one log', async (t) => {
  const folder = t.testdir({});
  const module = path.join(import.meta.dirname, 'file-log.ts');
  const program = `import { openFileLog } from ${JSON.stringify(`file://${module}`)};
    const log = openFileLog({ folder: process.argv[1], level: 'info', mostFileBytes: 100_000 });
    for (let index = 0; index < 2000; index += 1) { log.info('line ' + process.pid + ' ' + index); if (index % 100 === 0) await log.flush(); }
    await log.flush();`;
  writeFileSync(path.join(folder, 'mine.txt'), '');
  const children = [0, 1, 2].map(() =>
    spawn(process.execPath, ['--no-warnings', '--input-type=module-typescript', '-e', program, folder], { stdio: 'inherit' }),
  );
  await Promise.all(children.map(async (child) => once(child, 'close')));
  const lines = textOf(folder)
    .split('\n')
    .filter((line) => line !== '');
  t.equal(lines.length, 6_000);
  t.equal(lines.filter((line) => /^\S+ INFO {2}line \d+ \d+$/.test(line)).length, 6_000, 'none is torn');
});
