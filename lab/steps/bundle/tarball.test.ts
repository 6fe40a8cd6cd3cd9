import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gunzipSync, gzipSync } from 'node:zlib';
import t from 'tap';
import { type Pack, pack } from 'tar-stream';
import type { LocalPath } from '../../core/ids.ts';
import { bundleRig, callOf } from '../../testing/bundle-rig.ts';
import { makeBundle } from './make-bundle.ts';
import { verifyBundleDirectory } from './verify-bundle-directory.ts';
import { verifyTarball } from './verify-tarball.ts';

const run = promisify(execFile);
const folder = 'anivault-1.2.3-win-x64';

t.test('tar unpacks it, the same bundle gives the same bytes, and it verifies', async (t) => {
  const root = t.testdir({});
  const made = [];
  for (const place of ['a', 'b/somewhere else']) {
    const request = await bundleRig(path.join(root, place));
    made.push(await makeBundle({ ...request, tarball: true }, callOf()));
  }
  const [one, two] = made;
  if (!one?.tarball || !two?.tarball) throw new Error('there is no tarball');
  t.match(one.tarball, { fileName: `${folder}.tar.gz` });
  t.equal(one.tarball.sha256, two.tarball.sha256);
  t.same((await readdir(path.dirname(one.directory))).toSorted(), [folder, `${folder}.tar.gz`, `${folder}.zip`]);
  const unpacked = path.join(root, 'unpacked');
  await mkdir(unpacked);
  await run('tar', ['--extract', '--gzip', '--file', one.tarball.path, '--directory', unpacked]);
  t.same(await verifyBundleDirectory(path.join(unpacked, folder) as LocalPath, callOf()), one.manifest);
  const { stdout } = await run('tar', ['--list', '--verbose', '--gzip', '--file', one.tarball.path]);
  t.match(stdout, new RegExp(`-rwxr-xr-x root/root .* ${folder}/anivault\\.exe`));
  t.notMatch(stdout, /^[^-]/m, 'nothing but files');
  t.equal((await readFile(one.tarball.path)).readUInt32LE(4), 0, 'no time in the gzip header');
});

t.test('a tarball that is not the bundle is refused', async (t) => {
  const root = t.testdir({});
  const bundle = await makeBundle({ ...(await bundleRig(root)), tarball: true }, callOf());
  const original = bundle.tarball?.path ?? '';
  const file = path.join(root, 'other.tar.gz') as LocalPath;
  const verify = (): Promise<void> => verifyTarball(file, folder, bundle.manifest, callOf());

  /** Writes the bundle anew, with `change` done to what goes in. */
  const rewrite = async (
    change: (tar: Pack, name: string, content: Buffer) => void,
    after: (tar: Pack) => void = () => {},
  ): Promise<void> => {
    const tar = pack();
    const written = pipeline(tar as unknown as NodeJS.ReadableStream, createGzip(), createWriteStream(file));
    for (const { path: name } of [...bundle.manifest.files, { path: 'manifest.json' }])
      change(tar, `${folder}/${name}`, await readFile(path.join(bundle.directory, name)));
    after(tar);
    tar.finalize();
    await written;
  };
  const put = (tar: Pack, name: string, content: Buffer): void => void tar.entry({ name }, content);
  await rewrite(put);
  await t.resolves(verify());

  const cases: readonly (readonly [string, Parameters<typeof rewrite>, RegExp])[] = [
    ['a file too few', [(tar, name, content) => (name.endsWith('SBOM.json') ? undefined : put(tar, name, content))], /SBOM\.json: missing/],
    ['a file too many', [put, (tar) => put(tar, `${folder}/more.txt`, Buffer.from('more'))], /more\.txt: not in the manifest/],
    ['a file twice', [put, (tar) => put(tar, `${folder}/SBOM.json`, Buffer.from('{}'))], /SBOM\.json: not in the manifest, or twice/],
    [
      'a changed file',
      [(tar, name, content) => put(tar, name, name.endsWith('guide.md') ? Buffer.from('# Guidf\n') : content)],
      /guide\.md: changed/,
    ],
    [
      'a longer file',
      [(tar, name, content) => put(tar, name, name.endsWith('guide.md') ? Buffer.from('longer\n'.repeat(9)) : content)],
      /63 bytes instead of 8/,
    ],
    [
      'a link in place of a file',
      [
        (tar, name, content) =>
          name.endsWith('guide.md') ? void tar.entry({ name, type: 'symlink', linkname: '/etc/passwd' }) : put(tar, name, content),
      ],
      /guide\.md: symlink and not a plain file/,
    ],
    ['a path that climbs', [put, (tar) => put(tar, `${folder}/../../evil`, Buffer.from('evil'))], /evil: not in the manifest/],
    ['a bomb', [put, (tar) => put(tar, 'zeros', Buffer.alloc(12 << 20))], /unpacks to more than its manifest lists/],
  ];
  for (const [what, [change, after], message] of cases) {
    await rewrite(change, after);
    await t.rejects(verify(), { message }, what);
  }
  const bytes = await readFile(original);
  await writeFile(file, bytes.subarray(0, bytes.length / 2));
  await t.rejects(verify(), { code: 'file.invalid' }, 'half of it');
  await writeFile(file, gzipSync(gunzipSync(bytes).subarray(0, 100_000)));
  await t.rejects(verify(), { name: 'LabError' }, 'half of what is in it');
  await writeFile(file, 'no archive');
  await t.rejects(verify(), { code: 'file.invalid' });
});
