import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { ZipFile } from 'yazl';
import type { BundleManifest } from '../../core/bundle.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { writeNewFile } from '../../host/plain-file.ts';
import { bundleRig, callOf } from '../../testing/bundle-rig.ts';
import { makeBundle } from './make-bundle.ts';
import { MANIFEST_NAME, checksumsText, digestOf, manifestText } from './manifest.ts';
import { verifyArchive } from './verify-archive.ts';
import { verifyBundleDirectory } from './verify-bundle-directory.ts';

const run = promisify(execFile);
const root = t.testdir();
const bundle = await makeBundle(await bundleRig(root), callOf());

/** A copy of the bundle in which something was changed. */
const changed = async (name: string, change: (directory: string) => Promise<unknown>): Promise<LocalPath> => {
  const directory = path.join(root, 'changed', name.replaceAll(/\W+/g, '-'));
  await cp(bundle.directory, directory, { recursive: true });
  await change(directory);
  return directory as LocalPath;
};

const flip = async (file: string, at = -1): Promise<void> => {
  const bytes = await readFile(file);
  const index = at < 0 ? bytes.length + at : at;
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
  await writeFile(file, bytes);
};

/** Writes another manifest that is right in itself. */
const remanifest = async (directory: string, change: (manifest: BundleManifest) => BundleManifest): Promise<void> => {
  const manifest = change(bundle.manifest);
  await writeFile(path.join(directory, MANIFEST_NAME), manifestText({ ...manifest, digest: digestOf(manifest.files) }));
};

const withPath =
  (from: string, to: string) =>
  (manifest: BundleManifest): BundleManifest => ({
    ...manifest,
    files: manifest.files.map((file) => (file.path === from ? { ...file, path: to } : file)),
  });

await t.test('one flipped byte in any file is found', async (t) => {
  const names = bundle.manifest.files.map((file) => file.path);
  const directory = await changed('flips', async () => {});
  for (const name of names) {
    const file = path.join(directory, name);
    await flip(file);
    await t.rejects(verifyBundleDirectory(directory, callOf()), { code: 'bundle.differs', message: `${name}: changed` }, name);
    await flip(file);
  }
  t.same(await verifyBundleDirectory(directory, callOf()), bundle.manifest, 'and it is whole again');
});

const faults: Readonly<
  Record<string, { readonly change: (directory: string) => Promise<unknown>; readonly message: RegExp; readonly code?: string }>
> = {
  'an extra file': {
    change: (directory) => writeFile(path.join(directory, 'docs/extra.md'), 'x'),
    message: /docs\/extra\.md: not in the manifest/,
  },
  'an extra folder': { change: (directory) => mkdir(path.join(directory, 'empty')), message: /empty: not in the manifest/ },
  'a missing file': { change: (directory) => rm(path.join(directory, 'CHANGELOG.md')), message: /CHANGELOG\.md: missing/ },
  'a renamed file': {
    change: (directory) => rename(path.join(directory, 'SBOM.json'), path.join(directory, 'sbom.json')),
    message: /sbom\.json: not in the manifest\n.*SBOM\.json: missing/,
  },
  'a longer file': {
    change: (directory) => writeFile(path.join(directory, 'docs/guide.md'), '# Guide\n\n'),
    message: /docs\/guide\.md: changed, 9 bytes instead of 8/,
  },
  'an emptied file': {
    change: (directory) => truncate(path.join(directory, 'docs/guide.md'), 0),
    message: /docs\/guide\.md: changed, 0 bytes/,
  },
  'a link to the same bytes': {
    change: async (directory) => {
      await rename(path.join(directory, 'CHANGELOG.md'), path.join(root, 'elsewhere.md'));
      await symlink(path.join(root, 'elsewhere.md'), path.join(directory, 'CHANGELOG.md'));
    },
    message: /CHANGELOG\.md: a link/,
  },
  'a folder that is a link': {
    change: async (directory) => {
      await rename(path.join(directory, 'docs'), path.join(root, 'docs-elsewhere'));
      await symlink(path.join(root, 'docs-elsewhere'), path.join(directory, 'docs'));
    },
    message: /docs: a link/,
  },
  'a dangling link that nobody asked for': { change: (directory) => symlink('/nowhere', path.join(directory, 'x')), message: /x: a link/ },
  'a pipe': {
    change: async (directory) => {
      await rm(path.join(directory, 'CHANGELOG.md'));
      await run('mkfifo', [path.join(directory, 'CHANGELOG.md')]);
    },
    message: /CHANGELOG\.md: not a plain file/,
  },
  'a file where a folder was': {
    change: async (directory) => {
      await rm(path.join(directory, 'docs'), { recursive: true });
      await writeFile(path.join(directory, 'docs'), 'x');
    },
    message: /docs: not in the manifest/,
  },
  'an edited manifest': {
    change: async (directory) =>
      writeFile(path.join(directory, MANIFEST_NAME), manifestText(withPath('CHANGELOG.md', 'CHANGES.md')(bundle.manifest))),
    message: /the digest is not that of the files/,
  },
  'a manifest that leaves a file out': {
    change: (directory) =>
      remanifest(directory, (manifest) => ({ ...manifest, files: manifest.files.filter(({ role }) => role !== 'sbom') })),
    message: /SBOM\.json: not in the manifest/,
  },
  'check sums that say something else': {
    change: async (directory) => {
      const text = checksumsText(bundle.manifest.files).replace('CHANGELOG.md', 'CHANGELOG.MD');
      await rm(path.join(directory, 'SHA256SUMS'));
      const seen = await writeNewFile(path.join(directory, 'SHA256SUMS'), text, callOf().signal);
      await remanifest(directory, (manifest) => ({
        ...manifest,
        files: manifest.files.map((file) => (file.path === 'SHA256SUMS' ? { ...file, ...seen } : file)),
      }));
    },
    message: /SHA256SUMS: does not say/,
  },
  'a path that climbs': {
    change: (directory) => remanifest(directory, withPath('CHANGELOG.md', '../CHANGELOG.md')),
    message: /it has the part \.\./,
  },
  'an absolute path': { change: (directory) => remanifest(directory, withPath('CHANGELOG.md', '/etc/passwd')), message: /absolute/ },
  'a path with a drive': { change: (directory) => remanifest(directory, withPath('CHANGELOG.md', 'C:CHANGELOG.md')), message: /forbids/ },
  'a path with a backslash': {
    change: (directory) => remanifest(directory, withPath('CHANGELOG.md', String.raw`..\CHANGELOG.md`)),
    message: /forbids/,
  },
  'a file listed twice': {
    change: (directory) => remanifest(directory, (manifest) => ({ ...manifest, files: manifest.files.flatMap((file) => [file, file]) })),
    message: /listed twice/,
  },
  'files out of order': {
    change: (directory) => remanifest(directory, (manifest) => ({ ...manifest, files: manifest.files.toReversed() })),
    message: /not in order/,
  },
  'a manifest without the executable': {
    change: (directory) =>
      remanifest(directory, (manifest) => ({ ...manifest, files: manifest.files.filter(({ role }) => role !== 'executable') })),
    message: /executable is not among/,
  },
  'a manifest that is not JSON': {
    change: (directory) => writeFile(path.join(directory, MANIFEST_NAME), '{'),
    message: /not JSON/,
    code: 'file.invalid',
  },
  'a manifest of another kind': {
    change: (directory) => writeFile(path.join(directory, MANIFEST_NAME), '{}'),
    message: /required property/,
    code: 'file.invalid',
  },
  'no manifest': { change: (directory) => rm(path.join(directory, MANIFEST_NAME)), message: /cannot be read/, code: 'file.unreadable' },
  'a manifest that is a link': {
    change: async (directory) => {
      await rm(path.join(directory, MANIFEST_NAME));
      await symlink(path.join(bundle.directory, MANIFEST_NAME), path.join(directory, MANIFEST_NAME));
    },
    message: /link/,
    code: 'file.not-plain',
  },
  'a manifest without end': {
    change: (directory) => truncate(path.join(directory, MANIFEST_NAME), 1 << 30),
    message: /more than/,
    code: 'file.too-large',
  },
};

for (const [what, { change, message, code = 'bundle.differs' }] of Object.entries(faults)) {
  await t.test(`refuses ${what}`, async (t) => {
    const directory = await changed(what, change);
    await t.rejects(verifyBundleDirectory(directory, callOf()), { code, message });
  });
}

await t.test('refuses a directory that is a link, a file, or not there', async (t) => {
  const link = path.join(root, 'link') as LocalPath;
  await symlink(bundle.directory, link);
  await t.rejects(verifyBundleDirectory(link, callOf()), { code: 'file.not-plain' });
  await t.rejects(verifyBundleDirectory(bundle.archive.path, callOf()), { code: 'file.not-plain' });
  await t.rejects(verifyBundleDirectory(path.join(root, 'nothing') as LocalPath, callOf()), { code: 'file.unreadable' });
});

await t.test('a long list of problems is cut', async (t) => {
  const directory = await changed('many', async (where) => {
    for (let index = 0; index < 20; index += 1) await writeFile(path.join(where, `\u001B[31m${index}`), 'x');
  });
  const error = await verifyBundleDirectory(directory, callOf()).catch((thrown: unknown) => thrown);
  if (!(error instanceof LabError)) throw new Error('it was accepted', { cause: error });
  t.match(error.message, /and 12 more/);
  t.notMatch(error.message, '\u001B', 'names are made fit for a terminal');
});

await t.test('an abort stops it', async (t) => {
  const controller = new AbortController();
  const reason = LabError.of('lab.interrupted', { signal: 'SIGINT' });
  controller.abort(reason);
  await t.rejects(verifyBundleDirectory(bundle.directory, callOf(controller)), reason);
  await t.rejects(verifyArchive(bundle.archive.path, bundle.manifest, callOf(controller)), reason);
});

/** A zip of the bundle's files, in which something was changed. */
const archive = async (name: string, change: (files: Map<string, Buffer>, zip: ZipFile) => void): Promise<LocalPath> => {
  const files = new Map<string, Buffer>();
  for (const file of [MANIFEST_NAME, ...bundle.manifest.files.map((entry) => entry.path)])
    files.set(file, await readFile(path.join(bundle.directory, file)));
  const zip = new ZipFile();
  change(files, zip);
  for (const [file, content] of files) zip.addBuffer(content, file);
  zip.end();
  const to = path.join(root, `${name.replaceAll(/\W+/g, '-')}.zip`) as LocalPath;
  const pieces: Buffer[] = [];
  for await (const piece of zip.outputStream) pieces.push(piece as Buffer);
  await writeFile(to, Buffer.concat(pieces));
  return to;
};

const archiveFaults: Readonly<
  Record<string, { readonly change: (files: Map<string, Buffer>, zip: ZipFile) => void; readonly message: RegExp }>
> = {
  'an extra entry': { change: (files) => files.set('x', Buffer.from('x')), message: /entries instead of/ },
  'a missing entry': { change: (files) => files.delete('SBOM.json'), message: /SBOM\.json: missing/ },
  'an entry twice': {
    change: (files, zip) => (files.delete('SBOM.json'), zip.addBuffer(Buffer.from('x'), 'x')),
    message: /x: not in the manifest/,
  },
  'a changed entry': { change: (files) => files.set('docs/guide.md', Buffer.from('# Guidf\n')), message: /docs\/guide\.md: SHA-256/ },
  'a longer entry': {
    change: (files) => files.set('docs/guide.md', Buffer.alloc(1 << 20)),
    message: /docs\/guide\.md: 1048576 bytes instead of 8/,
  },
  'a changed manifest': {
    change: (files) => files.set(MANIFEST_NAME, Buffer.from(manifestText(bundle.manifest).replace(bundle.manifest.commit, 'f'.repeat(40)))),
    message: /manifest\.json: SHA-256/,
  },
  'an entry that is a link': {
    change: (files, zip) => (
      zip.addBuffer(files.get('docs/guide.md') ?? Buffer.of(), 'docs/guide.md', { mode: 0o120777 }),
      files.delete('docs/guide.md')
    ),
    message: /docs\/guide\.md: a link/,
  },
};

for (const [what, { change, message }] of Object.entries(archiveFaults)) {
  await t.test(`refuses an archive with ${what}`, async (t) => {
    await t.rejects(verifyArchive(await archive(what, change), bundle.manifest, callOf()), { code: 'bundle.differs', message });
  });
}

await t.test('an archive of the same files is accepted, however it was packed', async (t) => {
  await verifyArchive(await archive('same', () => {}), bundle.manifest, callOf());
  await verifyArchive(bundle.archive.path, bundle.manifest, callOf());
  t.equal((await readdir(root)).includes('same.zip'), true);
});

await t.test('a damaged archive is never accepted', async (t) => {
  const good = await readFile(bundle.archive.path);
  const file = path.join(root, 'damaged.zip') as LocalPath;
  for (const [what, bytes] of [
    ['cut', good.subarray(0, good.length / 2)],
    ['text', Buffer.from('PK')],
    ['empty', Buffer.of()],
  ] as const) {
    await writeFile(file, bytes);
    await t.rejects(verifyArchive(file, bundle.manifest, callOf()), { code: 'file.invalid' }, what);
  }
  // Somewhere in the middle is the packed executable.
  await writeFile(file, good);
  await flip(file, good.length >> 1);
  const error = await verifyArchive(file, bundle.manifest, callOf()).catch((thrown: unknown) => thrown);
  if (!(error instanceof LabError)) throw new Error('it was accepted', { cause: error });
  t.match(error.code, /^(?:bundle\.differs|file\.invalid)$/);
});
