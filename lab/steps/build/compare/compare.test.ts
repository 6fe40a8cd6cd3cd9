import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import t from 'tap';
import type { LocalPath } from '../../../core/ids.ts';
import { bundleRig, callOf } from '../../../testing/bundle-rig.ts';
import { patientCall, smallBuild } from '../../../testing/build-rig.ts';
import { scratchFolder } from '../../../testing/scratch-folder.ts';
import { makeBundle } from '../../bundle/make-bundle.ts';
import { buildExecutable } from '../build-executable.ts';
import { peSections } from '../pe-section.ts';
import { compareExecutables } from './compare-executables.ts';
import { compareReleases } from './compare-releases.ts';
import { compareTarballs } from './compare-tarballs.ts';
import { compareZips } from './compare-zips.ts';
import { type Difference, differentBytes, firstDifference } from './difference.ts';
import { loadRelease } from './load-release.ts';
import { reproduction } from './reproduction.ts';

const changed = (bytes: Uint8Array, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
};
const wheres = (found: readonly Difference[]): readonly string[] => found.map(({ where }) => where);

t.test('the first byte that differs, wherever it is', async (t) => {
  for (const sizeBytes of [1, 2, 3, 1000, 4097])
    for (const at of new Set([0, 1, Math.floor(sizeBytes / 2), sizeBytes - 1].filter((one) => one < sizeBytes))) {
      const bytes = Buffer.alloc(sizeBytes, 7);
      const other = changed(bytes, at);
      // What comes behind the first must not matter.
      if (at + 1 < sizeBytes) other.fill(9, at + 1);
      t.equal(firstDifference(bytes, other), at, `${at} of ${sizeBytes}`);
    }
  t.equal(firstDifference(Buffer.from('abc'), Buffer.from('abcd')), 3);
  t.equal(firstDifference(Buffer.from('abc'), Buffer.from('abc')), undefined);
  t.match(differentBytes('x', Buffer.from('abc'), Buffer.from('abcd')), [{ where: 'x', offset: 3, first: 'the end', second: '"d"' }]);
  t.match(differentBytes('x', undefined, Buffer.from('abcd')), [{ where: 'x', first: 'nothing', second: '4 bytes' }]);
});

t.test('executables: the part that explains the difference comes first', async (t) => {
  const scratch = await scratchFolder(t);
  let count = 0;
  const build = async (changes = {}, more = {}): Promise<Buffer> => {
    count += 1;
    return readFileSync((await buildExecutable({ ...smallBuild(path.join(scratch, String(count)), changes), ...more }, patientCall)).path);
  };
  const file = await build();
  t.same(compareExecutables(file, await build()), []);

  const program = compareExecutables(
    file,
    await build({ 'src/part.embedded.ts': "export const part: string = 'PART OF ANOTHER PROGRAM';\n" }),
  );
  t.match(program[0], { where: 'program', offset: Number });
  t.equal(wheres(program).at(-1), 'PE header: CheckSum', 'what only follows comes last');
  const part = compareExecutables(file, await build({ 'node_modules/@scope/native/x64/part.node': 'machine_code' }));
  t.match(
    part.find(({ where }) => where.startsWith('native part')),
    { where: 'native part part.node', offset: 'machine'.length, first: '" code"', second: '"_code"' },
  );
  const { product } = smallBuild(path.join(scratch, 'product'));
  t.match(wheres(compareExecutables(file, await build({}, { product: { ...product, publisher: 'Somebody' } })))[0], /^resource version 1/);

  const header = file.readUInt32LE(0x3c);
  const planted: Readonly<Record<string, Buffer>> = {
    'PE header: TimeDateStamp': changed(file, header + 8),
    'PE header: DllCharacteristics': changed(file, header + 24 + 70),
    'PE header: CheckSum': changed(file, header + 24 + 64),
    'PE header: Certificate directory size': changed(file, header + 24 + 112 + 4 * 8 + 4),
    'behind the last section': Buffer.concat([file, Buffer.from('a signature')]),
  };
  for (const [where, other] of Object.entries(planted)) t.same(wheres(compareExecutables(file, other)), [where], where);
  t.match(compareExecutables(file, planted['PE header: TimeDateStamp'] ?? file), [{ first: /^0x/, second: /^0x/ }]);

  const data = peSections(file).find(({ name }) => name === '.rdata');
  t.match(compareExecutables(file, changed(file, (data?.start ?? 0) + 300)), [{ where: 'section .rdata', offset: 300 }]);
  // Between the headers and the first section nothing has a name.
  const gap = compareExecutables(file, changed(file, 0x3b));
  t.match(gap, [{ where: 'file', offset: 0x3b }]);
  t.match(
    compareExecutables(Buffer.from('MZ no'), Buffer.from('MZ yes')),
    [{ where: 'file', offset: 3 }],
    'what is none is compared as bytes',
  );
});

t.test('archives: entry and field', async (t) => {
  const bundle = await makeBundle({ ...(await bundleRig(await scratchFolder(t))), tarball: true }, callOf());
  const zip = readFileSync(bundle.archive.path);
  t.same(compareZips(zip, Buffer.from(zip)), []);
  const local = zip.indexOf('CHANGELOG.md') - 30;
  const central = zip.lastIndexOf('CHANGELOG.md') - 46;
  const name = 'zip entry CHANGELOG.md';
  const inZip: readonly (readonly [string, Buffer])[] = [
    [`${name}, time`, changed(zip, central + 12)],
    [`${name}, external attributes`, changed(zip, central + 40)],
    [`${name}, local date`, changed(zip, local + 12)],
    [`${name}, CRC-32`, changed(zip, central + 16)],
    [`${name}, stored data`, changed(zip, local + 30 + 'CHANGELOG.md'.length + 2)],
    ['zip file', changed(zip, zip.length - 18)],
  ];
  for (const [where, other] of inZip) t.same(wheres(compareZips(zip, other)), [where]);
  const renamed = Buffer.from(zip);
  for (const at of [local + 30, central + 46]) renamed.write('changelog.md', at);
  t.same(
    wheres(compareZips(zip, renamed)),
    ['zip entry CHANGELOG.md', 'zip entry changelog.md', 'order of zip entries'].map((one) => one),
    'a name',
  );
  t.match(compareZips(zip, zip.subarray(0, -5)), [{ where: 'zip file' }], 'cut off');

  const { tarball } = bundle;
  if (tarball === undefined) throw new Error('there is no tarball');
  const packed = readFileSync(tarball.path);
  const tar = gunzipSync(packed);
  const at = tar.indexOf('CHANGELOG.md');
  const entry = Math.floor(at / 512) * 512;
  const full = tar.toString('latin1', entry, entry + 100).split('\0')[0];
  const inTar: readonly (readonly [string, Buffer])[] = [
    [`tar entry ${full}, mode`, changed(tar, entry + 105)],
    [`tar entry ${full}, time`, changed(tar, entry + 140)],
    [`tar entry ${full}, owner name`, changed(tar, entry + 265)],
    [`tar entry ${full}, content`, changed(tar, entry + 512)],
    ['tar padding', changed(tar, tar.length - 1)],
  ];
  const level = { level: 1 };
  const plain = gzipSync(tar, level);
  for (const [where, other] of inTar) t.same(wheres(compareTarballs(plain, gzipSync(other, level))), [where]);
  t.match(wheres(compareTarballs(packed, changed(packed, 4))), ['gzip header, time']);
  t.match(wheres(compareTarballs(plain, gzipSync(tar, { level: 9 }))).at(0), /^gzip/, 'the same content packed in another way');
  t.match(compareTarballs(packed, packed.subarray(0, -20)), [{ where: 'gzip data' }], 'cut off');
});

t.test('releases: from a zip, from a folder of archives, from the folder of a bundle', async (t) => {
  const scratch = await scratchFolder(t);
  const bundle = await makeBundle({ ...(await bundleRig(scratch)), tarball: true }, callOf());
  const [zip, folder] = [await loadRelease(bundle.archive.path, patientCall), await loadRelease(bundle.directory, patientCall)];
  t.same([...zip.files.keys()].toSorted(), [...folder.files.keys()].toSorted());
  const same = compareReleases(zip, folder, ['zip', 'folder']);
  t.ok(same.same);
  t.same(same.files.length, zip.files.size, 'a folder has no archives, so none are compared');
  reproduction.parse(same);

  const away = path.join(scratch, 'away') as LocalPath;
  await mkdir(away);
  const tarball = bundle.tarball?.path ?? '';
  for (const file of [bundle.archive.path, tarball]) await writeFile(path.join(away, path.basename(file)), readFileSync(file));
  const both = await loadRelease(away, patientCall);
  t.same([...both.archives.keys()], [path.basename(bundle.archive.path), path.basename(tarball)]);

  const other = compareReleases(
    both,
    { files: new Map([...both.files, ['CHANGELOG.md', Buffer.from('# Other\n')], ['more', Buffer.from('')]]), archives: both.archives },
    ['a', 'b'],
  );
  t.notOk(other.same);
  t.match(
    other.differences.map(({ path: file, where }) => `${file}: ${where}`),
    ['CHANGELOG.md: content', 'more: file'],
  );
  t.match(
    other.files.find(({ path: file }) => file === 'more'),
    { same: false, first: undefined, second: String },
  );
  reproduction.parse(JSON.parse(JSON.stringify(other)));

  for (const [what, place] of [
    ['nothing', path.join(scratch, 'nowhere')],
    ['a folder of something else', scratch + '/project'],
    ['a zip that is none', path.join(scratch, 'broken.zip')],
  ] as const) {
    await writeFile(path.join(scratch, 'broken.zip'), 'PK');
    await t.rejects(loadRelease(place as LocalPath, patientCall), { code: 'reproduce.no-release' }, what);
  }
});
