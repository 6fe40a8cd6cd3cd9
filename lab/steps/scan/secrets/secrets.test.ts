import { generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import { patientCall } from '../../../testing/build-rig.ts';
import { scanRig } from '../../../testing/scan-rig.ts';
import { secrets, secretsIn } from './secrets.ts';

const key = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
/** Shaped as a token is, and nobody's; put together here so that this file has none. */
const token = ['ghp', 'aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zA2bC4'].join('_');

t.test('a secret is told by its place and its kind, never by itself', async (t) => {
  const [found, ...more] = await secretsIn({ path: 'src/a.ts', content: `one\nconst token = '${token}';\n` });
  t.same(more, []);
  t.match(found, { code: 'secrets.github', severity: 'error', where: { path: 'src/a.ts', line: 2 } });
  t.notOk(JSON.stringify(found).includes(token.slice(6)));
  const [moved] = await secretsIn({ path: 'src/a.ts', content: `\n\n\nconst token = '${token}';\n` });
  t.equal(moved?.fingerprint, found?.fingerprint, 'its fingerprint stays when lines move');
  const [another] = await secretsIn({ path: 'src/a.ts', content: `const token = '${token.replace('aB3', 'aB4')}';` });
  t.not(another?.fingerprint, found?.fingerprint, 'another secret has another');
  t.same(await secretsIn({ path: 'a.md', content: 'A key is a secret. password = hunter2' }), []);
});

t.test('sources, bundle and the program inside are looked at', async (t) => {
  const subject = await scanRig(t, {
    'src/key.txt': key(),
    'docs/anivault/guide.md': `Use ${token} for everything\n`,
    'src/part.embedded.ts': `export const part: string = '${token}';\n`,
    'src/image.bin': Buffer.concat([Buffer.alloc(1), Buffer.from(key())]),
  });
  const { outcome, control, looked } = await secrets.scan(subject, patientCall);
  t.match(control, { caught: true });
  t.ok(looked.files >= 10 && looked.bytes > 1000);
  t.same(outcome.kind === 'findings' ? outcome.findings.map(({ where }) => where?.path ?? '').toSorted() : outcome, [
    'bundle/docs/guide.html',
    'bundle/docs/guide.md',
    'bundle/small.exe',
    'docs/anivault/guide.md',
    'src/key.txt',
    'src/part.embedded.ts',
  ]);
});

t.test('a product without secrets is clean', async (t) => {
  t.same((await secrets.scan(await scanRig(t), patientCall)).outcome, { kind: 'clean' });
});
