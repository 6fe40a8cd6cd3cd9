import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { LocalPath } from '../core/ids.ts';
import { bundleRig, callOf, rigComponents } from '../testing/bundle-rig.ts';
import { makeBundle } from '../steps/bundle/make-bundle.ts';
import { type KeepRequest, keepRelease } from './keep-release.ts';

/** A bundle with both archives, an empty destination, and what a release is kept with. */
async function rigOf(t: Test): Promise<KeepRequest & { readonly there: () => Promise<readonly string[]> }> {
  const root = t.testdir({ wanted: {}, project: { 'lab.config.json': '{}' } });
  const made = await makeBundle({ ...(await bundleRig(root)), tarball: true }, callOf());
  const destination = path.join(root, 'wanted') as LocalPath;
  const project = { root: path.join(root, 'project') as LocalPath, configFile: path.join(root, 'project/lab.config.json') as LocalPath };
  const there = async (): Promise<readonly string[]> => (await readdir(destination, { recursive: true })).toSorted();
  return { project, state: path.join(root, 'state') as LocalPath, destination, made, built: { components: rigComponents }, there };
}

const nameOf = ({ made: { manifest } }: KeepRequest): string => `${manifest.product.name}-${manifest.product.version}-win-x64`;

t.test('archives, manifest and provenance end up beside each other, in place of earlier ones', async (t) => {
  const rig = await rigOf(t);
  const name = nameOf(rig);
  await writeFile(path.join(rig.destination, 'manifest.json'), 'old');
  const kept = await keepRelease(rig, callOf());
  t.same(await rig.there(), [`${name}.intoto.jsonl`, `${name}.tar.gz`, `${name}.zip`, 'manifest.json'].toSorted());
  t.equal(kept.archive.path, path.join(rig.destination, `${name}.zip`));
  t.equal(kept.tarball?.path, path.join(rig.destination, `${name}.tar.gz`));
  t.equal((await readFile(kept.archive.path)).length, kept.archive.sizeBytes);
  t.match(JSON.parse(await readFile(path.join(rig.destination, 'manifest.json'), 'utf8')), { digest: rig.made.manifest.digest });
  const envelope = JSON.parse(await readFile(path.join(rig.destination, `${name}.intoto.jsonl`), 'utf8')) as { readonly payload: string };
  t.match(JSON.parse(Buffer.from(envelope.payload, 'base64').toString()), {
    subject: [
      { name: `${name}.tar.gz`, digest: { sha256: rig.made.tarball?.sha256 } },
      { name: `${name}.zip`, digest: { sha256: rig.made.archive.sha256 } },
    ],
  });
});

const faults: Readonly<Record<string, (rig: KeepRequest) => Promise<unknown>>> = {
  // What a full disk does to one that comes after the first.
  'an archive that cannot be moved': ({ made }) => rm(made.tarball?.path ?? ''),
  'a key that cannot be read': async ({ state }) => {
    await mkdir(state);
    await writeFile(path.join(state, 'lab-key.pem'), 'no key', { mode: 0o600 });
  },
};

for (const [what, spoil] of Object.entries(faults)) {
  t.test(`${what} leaves nothing behind, and what was there as it was`, async (t) => {
    const rig = await rigOf(t);
    const earlier = path.join(rig.destination, `${nameOf(rig)}.zip`);
    await writeFile(earlier, 'earlier');
    await spoil(rig);
    await t.rejects(keepRelease(rig, callOf()), { code: /^(?:file\.unwritable|trust\.key-invalid)$/ });
    t.same(await rig.there(), [path.basename(earlier)]);
    t.equal(await readFile(earlier, 'utf8'), 'earlier');
  });
}

t.test('giving up leaves nothing behind', async (t) => {
  const rig = await rigOf(t);
  const control = new AbortController();
  const reason = new Error('enough');
  control.abort(reason);
  await t.rejects(keepRelease(rig, callOf(control)), reason);
  t.same(await rig.there(), []);
});
