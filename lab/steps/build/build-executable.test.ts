import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import * as PE from 'pe-library';
import * as ResEdit from 'resedit';
import { callWithin } from '../../engine/deadline.ts';
import { systemClock } from '../../host/clock.ts';
import { sha256Of } from '../../host/hash.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { applicationManifest } from './application-manifest.ts';
import { buildExecutable } from './build-executable.ts';
import { patientCall, smallBuild } from '../../testing/build-rig.ts';
import { peChecksum, storedChecksum } from './pe-checksum.ts';
import { readBack } from './read-back.ts';
import { readNodeSea } from './packagers/node-sea.ts';
import { readSeaBlob } from './packagers/sea-blob.ts';

const blobIn = (file: Uint8Array): ReturnType<typeof readSeaBlob> => {
  const { entries } = PE.NtExecutableResource.from(PE.NtExecutable.from(file, { ignoreCert: true }));
  const blob = entries.find((entry) => entry.id === 'NODE_SEA_BLOB');
  if (blob === undefined) throw new Error('there is no blob');
  return readSeaBlob(new Uint8Array(blob.bin));
};

t.test('builds an executable that says what it is and holds what it should', async (t) => {
  const request = smallBuild(t.testdir({}));
  const steps: string[] = [];
  const built = await buildExecutable({ ...request, onProgress: (what) => steps.push(what) }, patientCall);
  const file = readFileSync(built.path);
  t.match(built, {
    fileName: 'small.exe',
    sizeBytes: file.length,
    sha256: sha256Of(file),
    packager: { name: 'node-sea', runtime: `node ${process.versions.node}`, limits: [] },
  });
  t.equal(path.dirname(built.path), request.outputDirectory);
  t.same(readdirSync(request.outputDirectory), ['small.exe'], 'nothing else is left there');
  t.ok(steps.length >= 4);
  const { runtimeBytes, programBytes, nativePartsBytes, otherBytes } = built.sizes;
  t.equal(runtimeBytes + programBytes + nativePartsBytes + otherBytes, built.sizeBytes);
  t.equal(nativePartsBytes, 'machine code'.length);

  const { code, codePath, assets } = blobIn(file);
  const program = Buffer.from(code).toString();
  t.equal(codePath, 'program.cjs');
  t.match(program, /PART OF THE EXECUTABLE/);
  t.notMatch(program, /PART OF DEVELOPMENT/);
  t.match(program, /1\.2\.3-beta\.4/);
  t.notOk(file.includes(request.projectRoot), 'no path of this machine is in it');
  t.same(
    [...assets].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
    [['part.node', 'machine code']],
  );
  t.equal(storedChecksum(file), peChecksum(file));

  const { entries } = PE.NtExecutableResource.from(PE.NtExecutable.from(file));
  const [info, ...more] = ResEdit.Resource.VersionInfo.fromEntries(entries);
  t.equal(more.length, 0);
  t.match(info?.getStringValues({ lang: 1033, codepage: 1200 }), {
    ProductName: 'Small',
    ProductVersion: '1.2.3-beta.4',
    OriginalFilename: 'small.exe',
    CompanyName: 'Nobody',
  });
  t.equal(ResEdit.Resource.IconGroupEntry.fromEntries(entries).length, 1);
});

t.test('lists exactly what is inside', async (t) => {
  const built = await buildExecutable(smallBuild(t.testdir({})), patientCall);
  t.same(
    built.components.map(({ kind, purl, licence, licenceTexts }) => [
      kind,
      purl,
      licence,
      licenceTexts.map((text) => `${text.fileName}: ${text.text}`),
    ]),
    [
      ['runtime', `pkg:generic/node@${process.versions.node}`, 'MIT', ['LICENSE: licence of the runtime']],
      ['library', 'pkg:npm/library@1.2.3', 'MIT', ['LICENSE: licence of the library']],
      ['native', 'pkg:npm/%40scope/native@4.5.6', 'ISC', ['LICENCE.md: licence of the native part']],
      ['native', 'pkg:github/nobody/linked@7', 'Zlib', ['linked.txt: licence of what is linked']],
    ],
  );
  t.same(built.components[2]?.files, [{ name: 'part.node', sha256: sha256Of('machine code') }]);
});

t.test('the same sources give the same bytes, wherever they are; other sources others', async (t) => {
  const folders = t.testdir({ a: {}, 'b with spaces': { deeper: {} }, c: {} });
  const build = async (name: string, changes = {}): Promise<string> =>
    (await buildExecutable(smallBuild(path.join(folders, name), changes), patientCall)).sha256;
  const first = await build('a');
  t.equal(await build('b with spaces/deeper'), first);
  t.equal(await build('a'), first, 'and over an executable that is there already');
  t.not(await build('c', { 'src/part.embedded.ts': "export const part = 'another';" }), first);
});

t.test('what cannot be built says where and why, and leaves nothing behind', async (t) => {
  const icon = { 'src/icon.ico': 'no icon' };
  const cases: readonly (readonly [string, string, RegExp, Readonly<Record<string, string | undefined>>, object?])[] = [
    ['no entry', 'build.no-entry', /src\/main\.ts is not there/, { 'src/main.ts': undefined }],
    [
      'a mistake in the source',
      'build.source-error',
      /src\/part\.embedded\.ts:2:\d+: /,
      { 'src/part.embedded.ts': 'const a = 1;\nconst = 2;' },
    ],
    ['an import of nothing', 'build.source-error', /src\/main\.ts:1:\d+: Could not resolve "gone"/, { 'src/main.ts': "import 'gone';" }],
    ['a replacement for nothing', 'build.unused-replacement', /src\/part\.embedded\.ts/, { 'src/main.ts': 'console.log(1);' }],
    ['a library without a licence', 'build.no-licence', /library 1\.2\.3/, { 'node_modules/library/LICENSE': undefined }],
    ['a linked part without a licence', 'build.no-licence', /linked/, { 'licences/linked.txt': undefined }],
    ['a native package that is not there', 'build.package-missing', /@?native/, { 'node_modules/@scope/native/package.json': undefined }],
    [
      'a native file that is not there',
      'build.package-missing',
      /@scope\/native.*x64\/part\.node/,
      { 'node_modules/@scope/native/x64/part.node': undefined },
    ],
    ['an icon that is none', 'build.bad-icon', /icon\.ico/, icon],
    ['no icon', 'file.unreadable', /icon\.ico/, { 'src/icon.ico': undefined }],
    ['a runtime that is none', 'build.bad-runtime', /node\.exe/, { 'runtime/node.exe': 'no program' }],
    ['a version that Windows cannot show', 'build.bad-version', /1\.2/, {}, { version: '1.2' }],
    ['another Node', 'build.node-differs', /22\.0\.0/, {}, { packagingNode: { executable: process.execPath, version: '22.0.0' } }],
  ];
  for (const [what, code, message, changes, more] of cases) {
    const request = { ...smallBuild(t.testdir({}), changes), ...more };
    await t.rejects(buildExecutable(request, patientCall), { code, message }, what);
    t.same(entriesOf(request.outputDirectory), [], `${what}: nothing is left`);
  }
});

t.test('a runtime that is not the one that was checked goes into nothing', async (t) => {
  const request = smallBuild(t.testdir({}));
  const { windowsNode } = request;
  const sha256 = sha256Of(readFileSync(windowsNode.executable));
  const built = await buildExecutable({ ...request, windowsNode: { ...windowsNode, sha256 } }, patientCall);
  t.match(built.components[0], { kind: 'runtime', files: [{ name: 'node.exe', sha256 }] });
  const changed = { ...windowsNode, sha256: sha256Of('another') };
  await t.rejects(buildExecutable({ ...request, windowsNode: changed }, patientCall), {
    code: 'build.runtime-changed',
    message: /node\.exe is not the node/,
  });
});

t.test('a packager that fails, or writes nothing, keeps the executable that was there', async (t) => {
  const folder = t.testdir({});
  const request = smallBuild(folder);
  mkdirSync(request.outputDirectory);
  writeFileSync(path.join(request.outputDirectory, 'small.exe'), 'the one before');
  const scripts: Readonly<Record<string, RegExp>> = {
    'exit 0': /it wrote no executable/,
    'echo the disk has a headache >&2; exit 3': /exit code 3: the disk has a headache/,
    'echo rubbish > output.exe': /not what was to be built/,
  };
  for (const [script, message] of Object.entries(scripts)) {
    const executable = path.join(folder, 'packager.sh') as LocalPath;
    writeFileSync(executable, `#!/bin/sh\n${script}\n`);
    chmodSync(executable, 0o755);
    await t.rejects(
      buildExecutable({ ...request, packagingNode: { executable, version: process.versions.node } }, patientCall),
      { message },
      script,
    );
    t.same(entriesOf(request.outputDirectory), ['small.exe']);
    t.equal(readFileSync(path.join(request.outputDirectory, 'small.exe'), 'utf8'), 'the one before');
  }
});

t.test('a packager that hangs is ended with the call', async (t) => {
  const folder = t.testdir({});
  const request = smallBuild(folder);
  const executable = path.join(folder, 'packager.sh') as LocalPath;
  writeFileSync(executable, '#!/bin/sh\nexec sleep 600\n');
  chmodSync(executable, 0o755);
  const stop = new AbortController();
  using call = callWithin(60_000, 'build', systemClock, { signal: stop.signal, deadline: patientCall.deadline });
  const onProgress = (what: string): void => {
    if (what === 'put the executable together') setImmediate(() => stop.abort(LabError.of('lab.interrupted', { signal: 'SIGINT' })));
  };
  await t.rejects(buildExecutable({ ...request, onProgress, packagingNode: { executable, version: process.versions.node } }, call), {
    code: 'lab.interrupted',
  });
  t.same(entriesOf(request.outputDirectory), []);
});

t.test('reading back notices any difference', async (t) => {
  const request = smallBuild(t.testdir({}));
  const built = await buildExecutable(request, patientCall);
  const file = readFileSync(built.path);
  const { code: program, assets } = blobIn(file);
  const expected = { version: request.version, program, assets, manifest: applicationManifest('small', request.version) };
  readBack(file, expected, readNodeSea);

  const changed = (text: string, byte: (value: number) => number, offset = 0): Uint8Array => {
    const copy = Buffer.from(file);
    const at = copy.indexOf(text) + offset;
    copy[at] = byte(copy[at] as number);
    return copy;
  };
  const flip = (value: number): number => value ^ 1;
  const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
  const cases: readonly (readonly [string, Uint8Array, object, RegExp])[] = [
    ['the fuse not set', changed(fuse, flip, fuse.length + 1), {}, /checksum.*fuse/],
    ['one byte of the program', changed('PART OF THE EXECUTABLE', flip), {}, /program inside is not the one/],
    ['one byte of a native part', changed('machine code', flip), {}, /asset part\.node/],
    ['one byte anywhere', changed('PE\0\0', flip, 8), {}, /checksum/],
    ['another version', file, { version: '1.2.4' }, /does not say 1\.2\.4.*not 1\.2\.4\.0/],
    ['another manifest', file, { manifest: '' }, /manifest/],
    ['another asset', file, { assets: new Map([['other', assets.get('part.node')]]) }, /asset other/],
    ['one asset more', file, { assets: new Map([...assets, ['more', new Uint8Array(1)]]) }, /1 assets are inside instead of 2/],
    ['no executable', Buffer.from('MZ and nothing else'), {}, /./],
  ];
  for (const [what, bytes, more, message] of cases)
    t.throws(() => readBack(bytes, { ...expected, ...more }, readNodeSea), { code: 'build.wrong-executable', message }, what);
});

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
