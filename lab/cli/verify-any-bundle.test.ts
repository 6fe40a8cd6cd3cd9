import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { LocalPath } from '../core/ids.ts';
import { makeProvenance } from '../core/provenance.ts';
import { sha256Of } from '../host/hash.ts';
import { manifestText } from '../steps/bundle/manifest.ts';
import { makeBundle } from '../steps/bundle/make-bundle.ts';
import { bundleRig, callOf, rigComponents } from '../testing/bundle-rig.ts';
import { keyIdOf } from '../trust/envelope.ts';
import { provenanceText } from '../trust/provenance.ts';
import { provenanceName } from './keep-release.ts';
import { verifyAnyBundle } from './verify-any-bundle.ts';

t.test('a bundle from elsewhere, in each form', async (t) => {
  const root = t.testdir({});
  const bundle = await makeBundle({ ...(await bundleRig(root)), tarball: true }, callOf());
  const { manifest, archive, tarball, directory } = bundle;
  if (tarball === undefined) throw new Error('there is no tarball');
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = createPublicKey(privateKey);
  const key = { keyId: keyIdOf(publicKey), privateKey };
  const trusted = [{ keyId: key.keyId, publicKey }];
  const facts = {
    manifest,
    archives: [archive, tarball],
    components: rigComponents,
    configurationSha256: sha256Of('c'),
    labVersion: '0.1.0',
  };
  const folder = path.join(root, 'elsewhere');
  mkdirSync(folder);
  const put = (name: string, content: string): void => writeFileSync(path.join(folder, name), content);
  const archives = [archive, tarball].map(({ path: from, fileName }) => {
    copyFileSync(from, path.join(folder, fileName));
    return path.join(folder, fileName) as LocalPath;
  });
  const [zip] = archives;
  if (zip === undefined) throw new Error('there is no zip');

  t.match(await verifyAnyBundle(directory, [], callOf()), {
    manifest: { digest: manifest.digest },
    lines: [/anivault 1\.2\.3/, String, String, /is its own/],
  });
  for (const place of archives) await t.rejects(verifyAnyBundle(place, [], callOf()), { code: 'bundle.no-manifest' });
  put('manifest.json', manifestText(manifest));
  for (const place of archives) t.match((await verifyAnyBundle(place, [], callOf())).lines.at(-1), /no provenance beside it/);

  put(provenanceName(manifest), provenanceText(makeProvenance(facts), key));
  for (const place of archives) {
    t.match((await verifyAnyBundle(place, trusted, callOf())).lines.at(-1), `signed by ${key.keyId}, which is trusted here`);
    t.match((await verifyAnyBundle(place, [], callOf())).lines.at(-1), /not trusted here .*proves nothing/);
  }
  put(provenanceName(manifest), provenanceText(makeProvenance({ ...facts, archives: [{ ...archive, sha256: sha256Of('other') }] }), key));
  await t.rejects(verifyAnyBundle(zip, trusted, callOf()), {
    code: 'bundle.differs',
    message: /about another anivault-1\.2\.3-win-x64\.zip/,
  });
  put(provenanceName(manifest), provenanceText(makeProvenance({ ...facts, manifest: { ...manifest, digest: sha256Of('other') } }), key));
  await t.rejects(verifyAnyBundle(zip, trusted, callOf()), { code: 'bundle.differs', message: /about another bundle/ });
  put(provenanceName(manifest), 'nonsense');
  await t.rejects(verifyAnyBundle(zip, trusted, callOf()), { code: 'file.invalid' });
  put('manifest.json', manifestText({ ...manifest, digest: sha256Of('other') }));
  await t.rejects(verifyAnyBundle(zip, trusted, callOf()), { code: 'bundle.differs' });
});
