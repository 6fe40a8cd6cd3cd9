import { appendFile, readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { Bundle } from '../../core/bundle.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import { sha256Of, sha256OfFile } from '../../host/hash.ts';
import { bundleRig, callOf, rigComponents } from '../../testing/bundle-rig.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { type BundleRequest, makeBundle } from './make-bundle.ts';
import type { ArchiveReuse } from './reuse-archive.ts';
import { verifyArchive } from './verify-archive.ts';
import { verifyTarball } from './verify-tarball.ts';

async function rigOf(t: Test): Promise<{ readonly request: BundleRequest; readonly reuse: ArchiveReuse; readonly root: string }> {
  const root = await scratchFolder(t);
  const folders = { cache: path.join(root, 'cache') as LocalPath, state: path.join(root, 'state') as LocalPath };
  return { root, request: { ...(await bundleRig(root)), tarball: true }, reuse: { folders, code: 'c' as Sha256 } };
}

/** Makes a bundle, and tells whether its zip was packed. */
async function make(request: BundleRequest): Promise<{ readonly bundle: Bundle; readonly isPacked: boolean }> {
  const said: string[] = [];
  const bundle = await makeBundle({ ...request, onProgress: (what) => said.push(what) }, callOf());
  return { bundle, isPacked: said.includes('read the archive back') };
}

t.test('the same files are packed once, into the same bytes', async (t) => {
  const { request, reuse } = await rigOf(t);
  const plain = await make(request);
  const first = await make({ ...request, reuse });
  const second = await make({ ...request, reuse });
  t.same([plain.isPacked, first.isPacked, second.isPacked], [true, true, false]);
  t.same(second.bundle, first.bundle);
  t.same(second.bundle, plain.bundle, 'and as without a cache');
  t.equal(await sha256OfFile(second.bundle.archive.path), second.bundle.archive.sha256);
  await verifyArchive(second.bundle.archive.path, second.bundle.manifest, callOf());
  await verifyTarball((second.bundle.tarball?.path ?? '') as LocalPath, 'anivault-1.2.3-win-x64', second.bundle.manifest, callOf());
  const { tarball: _, ...zipOnly } = request;
  t.notOk((await make({ ...zipOnly, reuse })).isPacked, 'who wants no tar.gz gets the same zip');
});

t.test('whatever is changed, the archive holds it', async (t) => {
  const { request, reuse, root } = await rigOf(t);
  await make({ ...request, reuse });
  const [node, ...others] = rigComponents;
  if (node === undefined) throw new Error('there are no components');
  const text = { fileName: 'LICENSE', text: 'another text\n' };
  const changes: readonly (readonly [string, Partial<BundleRequest>])[] = [
    ['the version', { version: '1.2.4' }],
    ['the commit', { commit: 'f'.repeat(40) }],
    ['its time', { commitTime: '2026-11-21T10:00:00Z' }],
    ['the publisher', { product: { ...request.product, publisher: 'Somebody else' } }],
    ['the displayed name', { product: { ...request.product, displayName: 'Another' } }],
    ['where documentation is', { product: { ...request.product, bundle: { ...request.product.bundle, docs: 'docs' } } }],
    ['a licence text', { built: { ...request.built, components: [{ ...node, licenceTexts: [text] }, ...others] } }],
    ['a component', { built: { ...request.built, components: [node, ...others.slice(1)] } }],
    ['the packager', { built: { ...request.built, packager: { ...request.built.packager, runtime: 'node 1.2.3' } } }],
    ['a signature', { built: { ...request.built, signature: { signer: 'CN=Somebody', rehearsal: true } } }],
    ['the lab', { reuse: { ...reuse, code: 'd' as Sha256 } }],
  ];
  const put = async (what: string, changed: BundleRequest): Promise<void> => {
    const { bundle, isPacked } = await make(changed);
    t.ok(isPacked, what);
    await verifyArchive(bundle.archive.path, bundle.manifest, callOf());
  };
  for (const [what, change] of changes) await put(what, { ...request, reuse, ...change });
  for (const file of ['LICENSES/MIT.txt', 'schemas/anivault/plan.v1.json', 'docs/anivault/guide.md', 'CHANGELOG.md']) {
    await appendFile(path.join(root, 'project', file), '\n');
    await put(file, { ...request, reuse });
  }
  await writeFile(path.join(root, 'project/docs/anivault/new.md'), '# New\n');
  await put('a new file', { ...request, reuse });
  const bytes = Buffer.from('another program');
  await writeFile(request.built.path, bytes);
  await put('the executable', { ...request, reuse, built: { ...request.built, sizeBytes: bytes.length, sha256: sha256Of(bytes) } });
  t.ok((await readdir(reuse.folders.cache)).filter((name) => name.startsWith('bundle-zip-')).length <= 3, 'old ones are not kept for ever');
});

t.test('an archive that was changed where it is kept is not taken', async (t) => {
  const { request, reuse } = await rigOf(t);
  const { bundle } = await make({ ...request, reuse });
  const name = (await readdir(reuse.folders.cache)).find((one) => one.startsWith('bundle-zip-')) ?? '';
  const file = path.join(reuse.folders.cache, name, bundle.archive.fileName);
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
  await writeFile(file, bytes);
  const marker = JSON.parse(await readFile(path.join(path.dirname(file), 'complete.json'), 'utf8')) as {
    files: Record<string, { modifiedMs: number }>;
  };
  const at = (marker.files[bundle.archive.fileName]?.modifiedMs ?? 0) / 1000;
  await utimes(file, at, at);
  const again = await make({ ...request, reuse });
  t.equal(again.bundle.archive.sha256, bundle.archive.sha256);
  t.equal(await sha256OfFile(again.bundle.archive.path), bundle.archive.sha256);
  t.ok(again.isPacked);
});

t.test('a packing that fails leaves nothing to be taken', async (t) => {
  const { request, reuse } = await rigOf(t);
  const controller = new AbortController();
  const failing = makeBundle(
    { ...request, reuse, onProgress: (what) => void (what === 'read the archive back' && controller.abort(new Error('stopped'))) },
    callOf(controller),
  );
  await t.rejects(failing, { message: 'stopped' });
  t.ok((await make({ ...request, reuse })).isPacked);
});
