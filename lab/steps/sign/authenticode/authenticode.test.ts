import { readFile } from 'node:fs/promises';
import t from 'tap';
import { type SignatureReport, signatureReportFormat } from '../../../core/signature-report.ts';
import { validate } from '../../../core/validate.ts';
import { foldersIn } from '../../../host/folders.ts';
import { windowsNode } from '../../../host/windows-node.ts';
import { callFor } from '../../../testing/calls.ts';
import { peFile } from '../../../testing/pe-rig.ts';
import { Authority } from '../../../testing/sign/authority.ts';
import { SigningRig } from '../../../testing/sign/signing-rig.ts';
import { timestampServer } from '../../../testing/sign/timestamp-server.ts';
import { without } from '../../../testing/winrm/foreign-programs.ts';
import { projectRoot } from '../../../testing/wine-rig.ts';
import { trialExecutable } from '../trial-executable.ts';
import { addTimestamp } from './add-timestamp.ts';
import { readCertificates } from './certificates.ts';
import { type Expectations, examineSignature } from './examine-signature.ts';
import { changesBesidesSignature } from './only-signature-added.ts';
import { readPeLayout } from './pe-layout.ts';

const skip = without('openssl', 'osslsigncode');
const expected: Expectations = { authorities: [], timestampAuthorities: [], timestamp: 'optional', nowMs: Date.now() };

const flipped = (bytes: Buffer, at: number, bit = 0): Buffer => {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ (1 << bit);
  return changed;
};

t.test('what is not signed, and what is no executable', async (t) => {
  const plain = Buffer.from(peFile());
  t.match(examineSignature(plain, 'plain', expected), { file: 'plain', sizeBytes: plain.length, problems: [] });
  t.equal(examineSignature(plain, 'plain', expected).signature, undefined);
  t.same(changesBesidesSignature(plain, plain), ['there is no signature']);
  t.throws(() => addTimestamp(plain, Buffer.alloc(0)), /not signed/);
  for (const bytes of [Buffer.alloc(0), Buffer.from('MZ'), Buffer.alloc(4096), plain.subarray(0, 0x90), plain.subarray(0, 0x100)])
    t.throws(() => examineSignature(bytes, 'x', expected), RangeError, `${bytes.length} bytes`);
  t.equal(readPeLayout(trialExecutable()).table.sizeBytes, 0);
});

t.test('a signature of somebody else: that of the Windows Node', async (t) => {
  const { executable } = await windowsNode({ folders: foldersIn(process.env), projectRoot, onProgress: () => {} }, callFor(120_000));
  const { signature, problems } = examineSignature(await readFile(executable), 'node.exe', { ...expected, timestamp: 'required' });
  t.same(problems, []);
  t.match(signature, { signer: { subject: /OpenJS Foundation/ }, digest: { matches: true }, rehearsal: false, repeatable: false });
  t.match(signature?.timestamp?.authority.subject, /Microsoft/);
  const { validFrom = '', validTo = '' } = signature?.signer ?? {};
  t.ok(
    signature?.timestamp && signature.timestamp.at > validFrom && signature.timestamp.at < validTo,
    'stamped while the certificate was valid',
  );
});

t.test('a signed executable that was changed', { skip }, async (t) => {
  const rig = await SigningRig.make(t);
  const { withChain: certificate, key } = rig.authority.issue({ name: 'Publisher', purpose: 'codeSigning' });
  const authority = rig.authority.issue({ name: 'Time', purpose: 'critical,timeStamping' });
  await using server = await timestampServer(rig.folder, authority);
  const before = await readFile(rig.executable);
  const signer = { kind: 'pem', certificate, key };
  const signed = await rig.sign({ signer, timestamps: { servers: [{ url: server.url }] } });
  const bytes = await readFile(signed.path);
  const authorities = await readCertificates(rig.authority.certificate);
  const { table, checksum } = readPeLayout(bytes);

  await t.test('is told apart from one that was not', async (t) => {
    const report = examineSignature(bytes, 'small.exe', { ...expected, authorities, timestampAuthorities: authorities });
    t.same(report.problems, []);
    t.equal(report.signature?.known, true);
    t.same(
      report.signature?.chain.map(({ subject }) => subject),
      ['CN=Test Authority'],
    );
    t.equal(validate(signatureReportFormat, JSON.parse(JSON.stringify(report)), 'the report').sha256, signed.sha256);
  });

  await t.test('every byte of the program counts, the checksum apart', async (t) => {
    for (let at = 0; at < table.offset; at += 997) {
      if (at >= checksum && at < checksum + 4) continue;
      const changed = flipped(bytes, at);
      let codes: readonly string[];
      try {
        codes = examineSignature(changed, 'x', expected).problems.map(({ code }) => code);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        codes = ['no executable'];
      }
      if (codes.length === 0) t.fail(`the byte at ${at} does not count`);
    }
    t.match(examineSignature(flipped(bytes, 0x600), 'x', expected).problems, [{ code: 'digest-differs' }, { code: 'checksum-differs' }]);
    t.match(examineSignature(flipped(bytes, checksum), 'x', expected).problems, [{ code: 'checksum-differs' }]);
    t.same(changesBesidesSignature(before, flipped(bytes, 0x600)), ['the byte at 1536 is different']);
    t.same(changesBesidesSignature(before, flipped(bytes, before.length)), ['something was put before the signature']);
  });

  await t.test('a signature with any bit turned is refused, or says the same, and never breaks the reader', async (t) => {
    const strict: Expectations = { ...expected, timestamp: 'required' };
    const told = (report: SignatureReport): unknown => {
      const { signer: who, digest, signedAt, timestamp } = report.signature ?? {};
      return { who, digest, signedAt, timestamp };
    };
    const right = told(examineSignature(bytes, 'x', strict));
    let tried = 0;
    let refused = 0;
    for (let at = table.offset; at < bytes.length; at += 7) {
      const report = examineSignature(flipped(bytes, at, at % 8), 'x', strict);
      tried += 1;
      // Certificates that nothing leads to, and who signed the uppermost, are not what is asked about.
      if (report.problems.every(({ code }) => code === 'checksum-differs')) t.strictSame(told(report), right, `bit of byte ${at}`);
      else refused += 1;
    }
    t.ok(refused > tried / 2, `${refused} of ${tried} are refused`);
  });

  await t.test('cut anywhere, it is refused', async (t) => {
    for (let length = table.offset; length < bytes.length; length += 101) {
      let ok = false;
      try {
        ok = examineSignature(bytes.subarray(0, length), 'x', expected).problems.length === 0;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
      if (ok) t.fail(`${length} bytes are taken for whole`);
    }
    t.match(examineSignature(Buffer.concat([bytes, Buffer.alloc(8)]), 'x', expected).problems, [{ code: 'table-malformed' }]);
  });

  await t.test('a certificate of the same name by somebody else leads nowhere', async (t) => {
    const twin = new Authority(`${rig.folder}/twin`);
    const others = await readCertificates(twin.certificate);
    const { problems, signature } = examineSignature(bytes, 'x', { ...expected, authorities: others });
    t.match(problems, [{ code: 'unknown-authority' }]);
    t.equal(signature?.known, false);
  });

  await t.test('it takes one time stamp and no second', async (t) => {
    t.throws(() => addTimestamp(bytes, Buffer.from([0x30, 0])), /already/);
    const plain = await readFile((await rig.sign({ signer })).path);
    const { problems } = examineSignature(addTimestamp(plain, Buffer.from([0x30, 0])), 'x', expected);
    t.match(problems, [{ code: 'timestamp-invalid' }]);
  });
});
