import { generateKeyPairSync } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { Sha256 } from '../../core/ids.ts';
import type { ScanSubject } from '../../core/scan.ts';
import { systemClock } from '../../host/clock.ts';
import { callOf } from '../../testing/bundle-rig.ts';
import { scanRig } from '../../testing/scan-rig.ts';
import { runScans } from './run-scans.ts';
import { scanners } from './scanners.ts';
import { secrets } from './secrets/secrets.ts';

const basisOf = async (id: string, subject: ScanSubject): Promise<string | undefined> => {
  const scanner = scanners.find((one) => one.id === id);
  try {
    return JSON.stringify(await scanner?.basis?.(subject, callOf()));
  } catch (error) {
    return `cannot be told: ${String(error)}`;
  }
};

t.test('what each scanner looks at is in its basis', async (t) => {
  const subject = await scanRig(t);
  const put = (name: string, content: string): Promise<void> => writeFile(path.join(subject.projectRoot, name), content);
  const { manifest } = subject;
  const otherFile = { ...manifest, files: manifest.files.map((file) => ({ ...file, sha256: '0'.repeat(64) as Sha256 })) };
  const all: readonly string[] = scanners.map(({ id }) => id);
  const bases = async (of: ScanSubject): Promise<ReadonlyMap<string, string | undefined>> =>
    new Map(await Promise.all(all.map(async (id) => [id, await basisOf(id, of)] as const)));
  const first = await bases(subject);
  t.same(await bases(subject), first, 'the same twice');
  const changed = async (of: ScanSubject): Promise<readonly string[]> => {
    const after = await bases(of);
    return all.filter((id) => after.get(id) !== first.get(id) && !after.get(id)?.startsWith('cannot'));
  };
  for (const [what, other] of [
    ['a file of the bundle', { ...subject, manifest: otherFile }],
    ['the version', { ...subject, manifest: { ...manifest, product: { ...manifest.product, version: '9.9.9' } } }],
  ] as const) {
    const after = await changed(other);
    for (const id of ['executable-lint', 'bill-of-materials', 'secrets', 'dependencies']) t.ok(after.includes(id), `${what}: ${id}`);
  }
  const tomorrow = await changed({ ...subject, today: '2026-11-22' });
  t.ok(tomorrow.includes('dependencies'), 'what is known of packages is a day old at most');
  const { basis } = scanners.find(({ id }) => id === 'malware') ?? {};
  t.ok(basis);
  t.match(
    await basis?.(subject, callOf()).catch(() => ({ today: subject.today, manifest, clamscan: 'there is none here' })),
    { today: '2026-11-21', manifest: { digest: manifest.digest }, clamscan: String },
    'and so is what is known of malware',
  );
  t.notOk(scanners.find(({ id }) => id === 'licences')?.basis, 'exceptions of licences have days: it always looks');

  const snapshot = { ...subject, config: { ...subject.config, scans: { osvSnapshot: 'osv.json' } } };
  await put('osv.json', '[]');
  const withSnapshot = await basisOf('dependencies', snapshot);
  await put('osv.json', '[ ]');
  t.not(await basisOf('dependencies', snapshot), withSnapshot, 'another snapshot');
  await rm(path.join(subject.projectRoot, 'osv.json'));

  await put('src/part.ts', "export const part: string = 'ANOTHER';\n");
  t.same(
    (await changed(subject)).filter((id) => id === 'secrets' || id === 'static-analysis'),
    ['secrets', 'static-analysis'],
  );
});

t.test('an old answer about sources is not given of new ones', async (t) => {
  const subject = await scanRig(t);
  const reuse = { folders: subject.folders, code: 'c' as Sha256, clock: systemClock };
  const options = { clock: systemClock, limitMs: 60_000, parallel: 1, onProgress: () => {}, reuse };
  const ask = async (): Promise<unknown> => (await runScans([secrets], subject, options, callOf()))[0];
  t.notMatch(await ask(), { reused: {} });
  t.match(await ask(), { outcome: { kind: 'clean' }, reused: { scannedAt: String } });
  const key = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const file = path.join(subject.projectRoot, 'forgotten.pem');
  await writeFile(file, key.privateKey);
  const found = await ask();
  t.match(found, { outcome: { kind: 'findings', findings: [{ code: 'secrets.privatekey' }] } });
  t.notMatch(found, { reused: {} });
  t.match(await ask(), { outcome: { kind: 'findings' }, reused: {} }, 'findings are not forgotten either');
  await rm(file);
  t.match(await ask(), { outcome: { kind: 'clean' }, reused: {} }, 'what was so before is so again');
});
