import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { LocalPath, Sha256 } from '../core/ids.ts';
import { type ProvenanceFacts, makeProvenance } from '../core/provenance.ts';
import { keyIdOf } from './envelope.ts';
import { provenanceText, readProvenance } from './provenance.ts';

const sha = (letter: string): Sha256 => letter.repeat(64) as Sha256;
const facts: ProvenanceFacts = {
  manifest: {
    $schema: 'bundle-manifest.v1.json',
    product: { name: 'small', version: '1.2.3', executable: 'small.exe' },
    target: { os: 'windows', architecture: 'x64' },
    commit: `${'0123456789'.repeat(4)}+changes`,
    packager: { name: 'node-sea', runtime: 'node 26.10.0' },
    files: [{ path: 'small.exe', sizeBytes: 3, sha256: sha('a'), role: 'executable' }],
    digest: sha('b'),
  },
  archives: [{ fileName: 'small.zip', sha256: sha('c') }],
  components: [{ purl: 'pkg:generic/node@26.10.0', files: [{ sha256: sha('d') }] }, { purl: 'pkg:npm/x@1' }],
  configurationSha256: sha('e'),
  lockFileSha256: sha('f'),
  labVersion: '0.1.0',
};
const keyOf = () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = createPublicKey(privateKey);
  return { lab: { keyId: keyIdOf(publicKey), privateKey }, trusted: { keyId: keyIdOf(publicKey), publicKey } };
};

t.test('provenance names what was made, of what, and by whom', async (t) => {
  const statement = makeProvenance(facts);
  t.same(
    statement.subject.map(({ name, digest }) => [name, digest.sha256[0]]),
    [
      ['small.exe', 'a'],
      ['small.zip', 'c'],
    ],
  );
  const { buildDefinition, runDetails } = statement.predicate;
  t.same(buildDefinition.resolvedDependencies, [
    { name: 'source', digest: { gitCommit: '0123456789'.repeat(4) } },
    { uri: 'pkg:generic/node@26.10.0', digest: { sha256: sha('d') } },
    { uri: 'pkg:npm/x@1' },
  ]);
  t.match(buildDefinition.externalParameters, { commit: /\+changes$/, configuration: { sha256: sha('e') } });
  t.match(runDetails.byproducts, [{ name: 'bundle', digest: { sha256: sha('b') } }]);
  t.same(
    makeProvenance({ ...facts, manifest: { ...facts.manifest, commit: 'unknown' } }).predicate.buildDefinition.resolvedDependencies.length,
    2,
  );
  t.throws(() => makeProvenance({ ...facts, manifest: { ...facts.manifest, files: [] } }), TypeError);
});

t.test('it is signed, and only a trusted key counts', async (t) => {
  const [own, other] = [keyOf(), keyOf()];
  const text = provenanceText(makeProvenance(facts), own.lab);
  t.equal(text, provenanceText(makeProvenance(facts), own.lab), 'the same bytes each time');
  t.equal(text.trimEnd().split('\n').length, 1);
  const file = path.join(t.testdir({}), 'small.intoto.jsonl') as LocalPath;
  const read = (content: string, keys = [own.trusted]) => {
    writeFileSync(file, content);
    return readProvenance(file, keys);
  };
  t.match(await read(text), {
    signedBy: { keyId: own.lab.keyId },
    keyIds: [own.lab.keyId],
    statement: { subject: [{ name: 'small.exe' }, {}] },
  });
  t.equal((await read(text, [other.trusted])).signedBy, undefined);
  const envelope = JSON.parse(text) as { payload: string; signatures: { sig: string }[] };
  const payload = Buffer.from(envelope.payload, 'base64').toString().replace('"1.2.3"', '"1.2.4"');
  t.equal(
    (await read(JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') }))).signedBy,
    undefined,
    'one that was changed',
  );
  t.equal((await read(JSON.stringify({ ...envelope, signatures: [{ keyid: own.lab.keyId, sig: 'AAAA' }] }))).signedBy, undefined);
  for (const [what, content] of [
    ['no JSON', 'x'],
    ['no envelope', '{}'],
    ['another payload', JSON.stringify({ ...envelope, payload: Buffer.from('{}').toString('base64') })],
    ['no payload', JSON.stringify({ ...envelope, payload: 'AAAA' })],
  ] as const)
    await t.rejects(read(content), { code: 'file.invalid' }, what);
});
