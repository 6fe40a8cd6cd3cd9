import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { asOrdinaryUser, ordinaryFolder } from '../testing/ordinary-user.ts';
import { extractAddon } from './extract-addon.ts';
import type { NativePart } from './native-part.ts';

const run = promisify(execFile);
const bytes = new Uint8Array(Buffer.from('machine code'));
const part: NativePart = {
  name: 'sodium-native.node',
  kind: 'addon',
  package: 'sodium-native',
  version: '1.0.0',
  bytes,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  origin: 'embedded',
  location: 'sodium-native.node',
};
const placeIn = (folder: string): string => path.join(folder, 'native', part.sha256.slice(0, 16), part.name);

t.test('puts the file into a folder named by its digest, for the user alone', async (t) => {
  const folder = path.join(t.testdir({}), 'not there yet');
  const file = extractAddon(part, folder);
  t.equal(file, placeIn(folder));
  t.equal(readFileSync(file, 'utf8'), 'machine code');
  t.same(readdirSync(path.dirname(file)), [part.name], 'nothing else is left there');
  t.equal(statSync(file).mode & 0o077, 0);
  t.equal(statSync(path.dirname(file)).mode & 0o077, 0);
});

t.test('uses a good file again without touching it', async (t) => {
  const folder = t.testdir({});
  const before = statSync(extractAddon(part, folder), { bigint: true });
  const after = statSync(extractAddon(part, folder), { bigint: true });
  t.equal(after.ino, before.ino);
  t.equal(after.mtimeNs, before.mtimeNs);
});

t.test('replaces whatever else is in its place', async (t) => {
  const tampered: Readonly<Record<string, (file: string, folder: string) => void>> = {
    'same size, other bytes': (file) => writeFileSync(file, 'MACHINE CODE'),
    'cut off': (file) => writeFileSync(file, 'machine'),
    longer: (file) => writeFileSync(file, 'machine code and more'),
    empty: (file) => writeFileSync(file, ''),
    'a folder': (file) => mkdirSync(path.join(file, 'deep'), { recursive: true }),
    'a link to a good file': (file, folder) => {
      writeFileSync(path.join(folder, 'elsewhere'), bytes);
      symlinkSync(path.join(folder, 'elsewhere'), file);
    },
    'a dangling link': (file, folder) => symlinkSync(path.join(folder, 'nowhere'), file),
  };
  for (const [what, tamper] of Object.entries(tampered)) {
    const folder = t.testdir({});
    mkdirSync(path.dirname(placeIn(folder)), { recursive: true });
    tamper(placeIn(folder), folder);
    const file = extractAddon(part, folder);
    t.ok(statSync(file).isFile() && readFileSync(file, 'utf8') === 'machine code', what);
    t.notOk(existsSync(path.join(folder, 'nowhere')), 'nothing was written through a link');
    t.same(readdirSync(path.dirname(file)), [part.name], `${what}: nothing else is left there`);
  }
});

t.test('says so when it cannot write', async (t) => {
  const folder = ordinaryFolder(t);
  await asOrdinaryUser(() => {
    chmodSync(folder, 0o500);
    t.throws(() => extractAddon(part, folder), { code: 'not-writable', exitCode: 4 });
    chmodSync(folder, 0o700);
    t.equal(extractAddon(part, folder), placeIn(folder), 'and it was that alone');
  });
});

t.test('what stands in the place of its own folders goes, and nothing is written through it', async (t) => {
  const planted: Readonly<Record<string, (folder: string, elsewhere: string) => void>> = {
    'a file for the outer one': (folder) => writeFileSync(path.join(folder, 'native'), 'a file'),
    'a link for the outer one': (folder, elsewhere) => symlinkSync(elsewhere, path.join(folder, 'native')),
    'a link for the inner one': (folder, elsewhere) => {
      mkdirSync(path.join(folder, 'native'));
      symlinkSync(elsewhere, path.dirname(placeIn(folder)));
    },
    'a dangling link for the inner one': (folder) => {
      mkdirSync(path.join(folder, 'native'));
      symlinkSync(path.join(folder, 'nowhere'), path.dirname(placeIn(folder)));
    },
  };
  for (const [what, plant] of Object.entries(planted)) {
    const both = t.testdir({ state: {}, elsewhere: { precious: 'kept' } });
    const [folder, elsewhere] = [path.join(both, 'state'), path.join(both, 'elsewhere')];
    plant(folder, elsewhere);
    const file = extractAddon(part, folder);
    t.equal(readFileSync(file, 'utf8'), 'machine code', what);
    t.ok(
      lstatSync(path.dirname(file)).isDirectory() && lstatSync(path.dirname(path.dirname(file))).isDirectory(),
      `${what}: folders of its own`,
    );
    t.same(readdirSync(elsewhere), ['precious'], `${what}: nothing of somebody else is touched`);
  }
});

t.test('a file where all its state ought to be is an error that names it', async (t) => {
  const folder = path.join(t.testdir({ state: 'a file' }), 'state');
  t.throws(() => extractAddon(part, folder), { code: 'not-writable', message: /state is not a folder/ });
});

t.test('programs that start at the same time, on nothing and on what was tampered with', async (t) => {
  const state = t.testdir({});
  // Loads the real addon in a process of its own, by way of the same extraction, and hashes with it.
  const script = `
    import { loadAddon, loadedAddonFile } from ${JSON.stringify(path.join(import.meta.dirname, 'load-addon.ts'))};
    const sodium = loadAddon('sodium-native.node');
    console.log(typeof sodium.crypto_generichash, loadedAddonFile('sodium-native.node'));`;
  const start = async (): Promise<string> => {
    const { stdout } = await run(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script], {
      env: { ...process.env, XDG_STATE_HOME: state },
    });
    return stdout.trim();
  };
  const startTogether = (): Promise<readonly string[]> => Promise.all(Array.from({ length: 4 }, start));
  const [first = '', ...others] = await startTogether();
  const file = first.replace(/^function /, '');
  t.ok(file.startsWith(path.join(state, 'anivault', 'native')), file);
  t.same([...new Set(others)], [first], 'all load the same file');
  const good = readFileSync(file);
  const { ino } = statSync(file);
  t.equal(await start(), first);
  t.equal(statSync(file).ino, ino, 'a later start leaves it as it is');

  const bad = Buffer.from(good);
  bad.writeUInt8(bad.readUInt8(bad.length >> 1) ^ 1, bad.length >> 1);
  // Not in place: the file may still be mapped by whoever loaded it.
  rmSync(file);
  writeFileSync(file, bad);
  t.same([...new Set(await startTogether())], [first]);
  t.ok(readFileSync(file).equals(good), 'the changed one was replaced before any of them loaded it');
  t.same(readdirSync(path.dirname(file)), ['sodium-native.node'], 'nothing else is left there');
});
