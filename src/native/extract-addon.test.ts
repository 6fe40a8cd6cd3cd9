import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { asOrdinaryUser, ordinaryFolder } from '../testing/ordinary-user.ts';
import { extractAddon } from './extract-addon.ts';
import type { NativePart } from './native-part.ts';

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

t.test('a file in the way of the folder is an error, not a crash', async (t) => {
  const folder = t.testdir({ native: 'a file' });
  t.throws(() => extractAddon(part, folder), { code: /^E(NOTDIR|EXIST)$/ });
});
