import { X509Certificate } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { callFor } from '../../../testing/calls.ts';
import { signerContract } from '../../../testing/contracts/signer-contract.ts';
import { SigningRig } from '../../../testing/sign/signing-rig.ts';
import { signtoolStandIn } from '../../../testing/sign/signtool-stand-in.ts';
import { makeToken, softhsmModule } from '../../../testing/sign/token.ts';
import { foreignPrograms, without } from '../../../testing/winrm/foreign-programs.ts';
import { osslsigncodeSigner } from './osslsigncode.ts';
import { findOsslsigncode } from './osslsigncode-tool.ts';
import { signtoolArguments } from './signtool.ts';

const PIN = '735519';
const skip = without('openssl', 'osslsigncode');

t.test('keys in files', { skip }, async (t) => {
  const rig = await SigningRig.make(t);
  const authorities = rig.authority.certificate;
  const issued = rig.authority.issue({ name: 'Publisher', purpose: 'codeSigning' });
  const elliptic = rig.authority.issue({ name: 'Elliptic', purpose: 'codeSigning', key: 'ec' });
  const password = { environment: 'SIGNING_PASSWORD' };
  const pfx = { kind: 'pfx', file: rig.authority.pfx(issued, rig.password), password } as const;
  const encrypted = { kind: 'pem', certificate: issued.certificate, key: rig.authority.encrypt(issued, rig.password), password } as const;
  const subject = /^CN=Publisher$/;

  await signerContract(t, 'pfx', { rig, signer: rig.signer(pfx), subject, authorities, key: 'RSA' });
  await signerContract(t, 'pem', {
    rig,
    signer: rig.signer({ kind: 'pem', certificate: issued.certificate, key: issued.key }),
    subject,
    authorities,
    key: 'RSA',
  });
  await signerContract(t, 'encrypted pem', { rig, signer: rig.signer(encrypted), subject, authorities, key: 'RSA' });
  const ec = {
    rig,
    signer: rig.signer({ kind: 'pem', certificate: elliptic.certificate, key: elliptic.key }),
    subject: /^CN=Elliptic$/,
    authorities,
    key: 'EC',
  } as const;
  await signerContract(t, 'elliptic', ec);
  // As versions do that read no password from their input.
  const older = osslsigncodeSigner(encrypted, {
    ...rig.parts,
    findTool: async (call) => ({ ...(await findOsslsigncode(rig.parts.folders, call)), readsInput: false }),
  });
  await signerContract(t, 'password in a file', { rig, signer: older, subject, authorities, key: 'RSA' });

  await t.test('the password may be in a file', async (t) => {
    await writeFile(path.join(rig.folder, 'password'), `${rig.password}\n`, { mode: 0o600 });
    const signed = await rig.sign({ signer: { ...pfx, password: { file: 'password' } }, authorities });
    t.match(signed.report.signature.signer.subject, subject);
  });

  await t.test('a key that others can read is told', async (t) => {
    await chmod(pfx.file, 0o644);
    const found = await rig.signer(pfx).doctor(callFor(30_000));
    t.match(
      found.find(({ state }) => state === 'warning'),
      { subject: 'key and certificate', hint: /^chmod 600 / },
    );
  });
});

t.test('a throw-away certificate', { skip }, async (t) => {
  const rig = await SigningRig.make(t);
  const signer = rig.signer({ kind: 'rehearsal' });
  await signerContract(t, 'rehearsal', { rig, signer, subject: /REHEARSAL/, key: 'RSA' });
  const { signature } = (await rig.sign({ signer: { kind: 'rehearsal' } })).report;
  t.equal(signature.rehearsal, true);
  t.match(signature.signer.subject, /DO NOT TRUST/);
  const hours = (Date.parse(signature.signer.validTo) - Date.now()) / 3_600_000;
  t.ok(hours > 1 && hours <= 48, `ends in ${hours} hours`);
  t.not((await rig.sign({ signer: { kind: 'rehearsal' } })).report.signature.signer.sha256, signature.signer.sha256, 'each is another');
});

t.test('keys on tokens', { skip: without('openssl', 'osslsigncode', 'softhsm', 'pkcs11Engine', 'pkcs11Tool') }, async (t) => {
  const engine = foreignPrograms.pkcs11Engine.file;
  const rig = await SigningRig.make(t);
  const authorities = rig.authority.certificate;
  const issued = rig.authority.issue({ name: 'Token', purpose: 'codeSigning' });
  const environment = { ...makeToken(rig.folder, PIN, issued), SIGNING_PIN: PIN, PKCS11_MODULE_PATH: softhsmModule };
  Object.assign(rig.parts.environment, environment);
  const key = 'pkcs11:token=release;object=signing;type=private';
  const { certificate } = issued;
  const password = { environment: 'SIGNING_PIN' };
  const onToken = { kind: 'pkcs11', module: softhsmModule, key, password } as const;
  const subject = /^CN=Token$/;

  await signerContract(t, 'pkcs11', { rig, signer: rig.signer(onToken), subject, authorities, key: 'RSA' });
  const beside = rig.signer({ ...onToken, certificate, engine });
  await signerContract(t, 'pkcs11 with its certificate in a file', { rig, signer: beside, subject, authorities, key: 'RSA' });
  const behind = rig.signer({ kind: 'engine', engine, key, certificate, password });
  await signerContract(t, 'engine', { rig, signer: behind, subject, authorities, key: 'RSA' });

  await t.test('a wrong PIN and a key that is not there', async (t) => {
    Object.assign(rig.parts.environment, { SIGNING_PIN: '999999' });
    await t.rejects(rig.sign({ signer: onToken }), { code: 'sign.wrong-password' });
    Object.assign(rig.parts.environment, { SIGNING_PIN: PIN });
    await t.rejects(rig.sign({ signer: { ...onToken, key: 'pkcs11:token=release;object=nothing' } }), {
      code: 'sign.tool-failed',
      message: /object=nothing/,
    });
    t.same(await rig.left(), []);
  });
});

t.test('signtool, as a stand-in for it that takes nothing else', { skip }, async (t) => {
  const rig = await SigningRig.make(t);
  const issued = rig.authority.issue({ name: 'Store', purpose: 'codeSigning' });
  const thumbprint = new X509Certificate(await readFile(issued.certificate)).fingerprint.replaceAll(':', '');
  const authorities = rig.authority.certificate;
  for (const store of ['user', 'machine'] as const) {
    const program = signtoolStandIn(rig.folder, thumbprint, issued, store);
    const signer = rig.signer({ kind: 'signtool', thumbprint: thumbprint.toLowerCase(), store, program });
    await signerContract(t, `signtool with the store of the ${store}`, { rig, signer, subject: /^CN=Store$/, authorities, key: 'RSA' });
  }

  await t.test('what it says is told', async (t) => {
    const program = signtoolStandIn(rig.folder, thumbprint, issued, 'user');
    const config = { signer: { kind: 'signtool', thumbprint: '0'.repeat(40), program } };
    await t.rejects(rig.sign(config), { code: 'sign.tool-failed', message: /No certificates were found/ });
    const missing = { kind: 'signtool', thumbprint, store: 'user', program: 'no-such-signtool' } as const;
    t.match(await rig.signer(missing).doctor(callFor(10_000)), [{ state: 'missing', message: /no signtool/ }]);
    await t.rejects(rig.sign({ signer: missing }), { code: 'sign.no-tool' });
    t.same(await rig.left(), []);
  });

  await t.test('no password is ever among its arguments', async (t) => {
    const request = { from: rig.executable, to: rig.executable, description: 'D', url: 'https://example.invalid/' };
    const args = signtoolArguments({ kind: 'signtool', thumbprint, store: 'machine', program: 'signtool.exe' }, request);
    t.same(
      args.filter((word) => /^\/(?:p|f|csp|kc)$/.test(word)),
      [],
    );
    t.same(args.slice(-5), ['/d', 'D', '/du', 'https://example.invalid/', rig.executable]);
  });
});
