import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { LocalPath } from '../../core/ids.ts';
import { signingConfig } from '../../core/signing-config.ts';
import { systemClock } from '../../host/clock.ts';
import { callFor } from '../../testing/calls.ts';
import type { CertificateWish } from '../../testing/sign/authority.ts';
import { SigningRig } from '../../testing/sign/signing-rig.ts';
import { without } from '../../testing/winrm/foreign-programs.ts';
import { diagnoseSigning } from './diagnose-signing.ts';
import { readPassword } from './read-password.ts';
import { sourceDateEpoch } from './sign-executable.ts';
import type { Signer } from './signer.ts';
import { osslsigncodeSigner } from './signers/osslsigncode.ts';
import { findOsslsigncode } from './signers/osslsigncode-tool.ts';

const skip = without('openssl', 'osslsigncode');
const password = { environment: 'SIGNING_PASSWORD' };

/** Nothing was published, and nothing is left of what was on the way. */
async function nothingLeft(t: Test, rig: SigningRig): Promise<void> {
  t.same(await rig.left(), []);
  t.same(await rig.workshops(), []);
}

t.test('certificates that Windows would not take', { skip }, async (t) => {
  const rig = await SigningRig.make(t);
  const unfit: readonly (readonly [CertificateWish, RegExp])[] = [
    [{ name: 'Expired', purpose: 'codeSigning', fromDays: -20, toDays: -1 }, /was valid only until/],
    [{ name: 'Early', purpose: 'codeSigning', fromDays: 3 }, /is valid only from/],
    [{ name: 'Web', purpose: 'serverAuth' }, /is not made for code signing/],
    [{ name: 'Anything' }, /is not made for code signing/],
    [{ name: 'Weak', purpose: 'codeSigning', key: 'rsa:1024' }, /RSA 1024/],
  ];
  for (const [wish, problem] of unfit) {
    await t.test(wish.name, async (t) => {
      const { withChain: certificate, key } = rig.authority.issue(wish);
      await t.rejects(rig.sign({ signer: { kind: 'pem', certificate, key } }), { code: 'sign.unfit-certificate', message: problem });
      await nothingLeft(t, rig);
    });
  }

  await t.test('of another authority', async (t) => {
    const { certificate, key } = rig.authority.issue({ name: 'Publisher', purpose: 'codeSigning' });
    const other = rig.authority.issue({ name: 'Other', purpose: 'codeSigning' });
    const signer = { kind: 'pem', certificate, key };
    await t.rejects(rig.sign({ signer, authorities: other.certificate }), { message: /none of the given certificates/ });
    await t.rejects(rig.sign({ signer }), { code: 'sign.unfit-certificate', message: /is not in the signature/ });
    await t.rejects(rig.sign({ signer, authorities: key }), { code: 'sign.bad-authorities' });
    await nothingLeft(t, rig);
  });
});

t.test('keys that do not open or do not fit', { skip }, async (t) => {
  const rig = await SigningRig.make(t);
  const issued = rig.authority.issue({ name: 'Publisher', purpose: 'codeSigning' });
  const other = rig.authority.issue({ name: 'Other', purpose: 'codeSigning' });
  const file = rig.authority.pfx(issued, 'something else');
  const refused: readonly (readonly [unknown, string])[] = [
    [{ kind: 'pfx', file, password }, 'sign.wrong-password'],
    [{ kind: 'pfx', file }, 'sign.wrong-password'],
    [{ kind: 'pem', certificate: issued.certificate, key: rig.authority.encrypt(issued, 'other'), password }, 'sign.wrong-password'],
    [{ kind: 'pem', certificate: issued.certificate, key: other.key }, 'sign.key-differs'],
    [{ kind: 'pem', certificate: issued.certificate, key: 'absent.pem' }, 'sign.tool-failed'],
    [{ kind: 'pfx', file, password: { environment: 'NOT_SET' } }, 'sign.no-password'],
    [{ kind: 'pfx', file, password: { file: 'absent' } }, 'sign.no-password'],
  ];
  for (const [signer, code] of refused) {
    await t.rejects(rig.sign({ signer }), { code }, code);
    await nothingLeft(t, rig);
  }
});

t.test('tools that do not do what they say', { skip }, async (t) => {
  const rig = await SigningRig.make(t);
  const { withChain: certificate, key } = rig.authority.issue({ name: 'Publisher', purpose: 'codeSigning' });
  const honest = rig.signer({ kind: 'pem', certificate, key });
  const config = { signer: { kind: 'pem', certificate, key } };
  const lying = (sign: Signer['sign']): Signer => ({ ...honest, sign });

  await t.test('exits with 0 and writes nothing', async (t) => {
    const program = path.join(rig.folder, 'silent');
    await writeFile(program, '#!/bin/sh\nexit 0\n');
    await chmod(program, 0o755);
    const tool = await findOsslsigncode(rig.parts.folders, callFor(30_000));
    const signer = osslsigncodeSigner({ kind: 'pem', certificate, key }, { ...rig.parts, findTool: async () => ({ ...tool, program }) });
    await t.rejects(rig.sign(config, { signer }), { code: 'sign.tool-failed', message: /wrote nothing/ });
    // Nor does it read the password that it is given.
    const deaf = osslsigncodeSigner(
      { kind: 'pem', certificate, key, password },
      { ...rig.parts, findTool: async () => ({ ...tool, program }) },
    );
    await t.rejects(rig.sign(config, { signer: deaf }), { code: 'sign.tool-failed', message: /wrote nothing/ });
    await nothingLeft(t, rig);
  });

  const tampered: readonly (readonly [string, (bytes: Buffer) => Buffer, RegExp])[] = [
    ['changes a byte of the program', (bytes) => flipped(bytes, 0x400), /the byte at 1024 is different/],
    ['changes the last byte of the signature', (bytes) => flipped(bytes, bytes.length - 12), /./],
    ['leaves the checksum', (bytes) => flipped(bytes, bytes.readUInt32LE(0x3c) + 88), /checksum/],
    ['puts something behind the signature', (bytes) => Buffer.concat([bytes, Buffer.alloc(8)]), /not at its end/],
    ['gives back what it was given', () => readFileSync(rig.executable), /there is no signature/],
  ];
  for (const [what, tamper, problem] of tampered) {
    await t.test(what, async (t) => {
      const signer = lying(async (request, call) => {
        await honest.sign(request, call);
        await writeFile(request.to, tamper(await readFile(request.to)));
      });
      await t.rejects(rig.sign(config, { signer }), { code: 'sign.wrong-signature', message: problem });
      await nothingLeft(t, rig);
    });
  }

  await t.test('another program disputes it', async (t) => {
    const signer: Signer = { ...honest, secondOpinion: async () => ['it looks strange'] };
    await t.rejects(rig.sign(config, { signer }), { code: 'sign.wrong-signature', message: /it looks strange/ });
    await nothingLeft(t, rig);
  });

  await t.test('is ended in the middle', async (t) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const signer = lying(async (request, call) => {
      await honest.sign(request, call);
      controller.abort(reason);
    });
    await t.rejects(rig.sign(config, { signer, signal: controller.signal }), reason);
    await nothingLeft(t, rig);
  });

  await t.test('signs what is signed already', async (t) => {
    const { path: executable } = await rig.sign(config, { outputDirectory: path.join(rig.folder, 'once') as LocalPath });
    await t.rejects(rig.sign(config, { executable }), { code: 'sign.signed-already', message: /CN=Publisher/ });
    await nothingLeft(t, rig);
  });

  await t.test('cannot write where it shall', async (t) => {
    await writeFile(path.join(rig.folder, 'file'), '');
    await t.rejects(rig.sign(config, { outputDirectory: path.join(rig.folder, 'file') as LocalPath }), { code: 'file.unwritable' });
    await nothingLeft(t, rig);
  });

  // Always full, on every Linux.
  await t.test('finds the disk full', { skip: existsSync('/dev/full') ? false : 'there is no /dev/full' }, async (t) => {
    const signer = lying((request, call) => honest.sign({ ...request, to: '/dev/full' as LocalPath }, call));
    await t.rejects(rig.sign(config, { signer }), { code: 'sign.tool-failed' });
    await nothingLeft(t, rig);
  });
});

const flipped = (bytes: Buffer, at: number): Buffer => {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
};

t.test('the password is nowhere', { skip: skip || (!existsSync('/proc/self/environ') && 'there is no /proc') }, async (t) => {
  const rig = await SigningRig.make(t);
  const issued = rig.authority.issue({ name: 'Publisher', purpose: 'codeSigning' });
  const key = rig.authority.encrypt(issued, rig.password);
  Object.assign(rig.parts.environment, { DISGUISED: `x${Buffer.from(rig.password).toString('base64')}`, ELSE: 'kept' });
  const tool = await findOsslsigncode(rig.parts.folders, callFor(30_000));
  // Looks at itself as any other user of the machine could, and lists what lies around before it signs.
  const program = path.join(rig.folder, 'watched');
  const seen = path.join(rig.folder, 'seen');
  await writeFile(
    program,
    `#!/bin/sh
mkdir -p '${seen}'
at='${seen}'/"$1"
cat /proc/$$/cmdline >"$at-cmdline"
cat /proc/$$/environ >"$at-environ"
ls -lR '${rig.parts.folders.cache}' >"$at-files" 2>/dev/null
exec ${tool.program} "$@"
`,
  );
  await chmod(program, 0o755);
  for (const readsInput of [true, false]) {
    await t.test(readsInput ? 'given on the standard input' : 'given in a file', async (t) => {
      const signer = osslsigncodeSigner(
        { kind: 'pem', certificate: issued.withChain, key, password },
        { ...rig.parts, findTool: async () => ({ ...tool, program, readsInput }) },
      );
      const signed = await rig.sign({ signer: { kind: 'rehearsal' } }, { signer });
      t.equal(signed.report.signature.signer.subject, 'CN=Publisher');
      t.equal(readdirSync(seen).length, 6, 'it signed, and then looked at it');
      for (const name of readdirSync(seen)) t.notOk(rig.parts.masker.findsIn(readFileSync(path.join(seen, name))), name);
      t.match(readFileSync(path.join(seen, 'sign-cmdline'), 'latin1'), /-readpass/);
      const environ = readFileSync(path.join(seen, 'sign-environ'), 'latin1');
      t.match(environ, /ELSE=kept/, 'other variables are there');
      t.notMatch(environ, /SIGNING_PASSWORD|DISGUISED/);
      const files = readFileSync(path.join(seen, 'sign-files'), 'latin1');
      if (readsInput) t.notMatch(files, /password/, 'there was no file');
      else t.match(files, /^-rw-------.* password$/m, 'the file is for nobody else');
      t.same(await rig.workshops(), [], 'and is gone');
    });
  }

  await t.test('in no error, and the masker knows it', async (t) => {
    const wrong = path.join(rig.folder, 'talkative');
    await writeFile(wrong, `#!/bin/sh\necho "the password is $(cat)" >&2\nexit 1\n`);
    await chmod(wrong, 0o755);
    const signer = osslsigncodeSigner(
      { kind: 'pem', certificate: issued.certificate, key, password },
      { ...rig.parts, findTool: async () => ({ ...tool, program: wrong }) },
    );
    await t.rejects(rig.sign({ signer: { kind: 'rehearsal' } }, { signer }), {
      code: 'sign.tool-failed',
      message: /the password is \*\*\*/,
    });
    const base64 = Buffer.from(rig.password).toString('base64');
    t.equal(rig.parts.masker.mask(`${rig.password} ${base64.replace(/=+$/, '')} ${encodeURIComponent(rig.password)}`), '*** *** ***');
  });

  await t.test('in nothing that was left', async (t) => {
    for (const entry of await readdir(rig.folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) t.notOk(rig.parts.masker.findsIn(readFileSync(path.join(entry.parentPath, entry.name))), entry.name);
    }
  });
});

t.test('passwords are one line of text from where the configuration says', async (t) => {
  const rig = await SigningRig.make(t, { EMPTY: '', TWO: 'one\ntwo', LONG: 'x'.repeat(2000) });
  await writeFile(path.join(rig.folder, 'first'), 'of the file\r\nnot this\n');
  t.equal((await readPassword({ file: 'first' }, rig.parts)).reveal(), 'of the file');
  t.equal((await readPassword(password, rig.parts)).reveal(), rig.password);
  await writeFile(path.join(rig.folder, 'blank'), '\nsecond\n');
  for (const source of [{ environment: 'EMPTY' }, { environment: 'TWO' }, { environment: 'LONG' }, { file: 'blank' }, { file: '.' }])
    await t.rejects(readPassword(source, rig.parts), { code: 'sign.no-password' }, JSON.stringify(source));
});

t.test('a configuration has no place for a password', async (t) => {
  const refused: readonly unknown[] = [
    { signer: { kind: 'pfx', file: 'a.pfx', password: 'secret' } },
    { signer: { kind: 'pkcs11', module: 'm', key: 'pkcs11:token=a;pin-value=1234' } },
    { signer: { kind: 'none' }, timestamps: { servers: [{ url: 'http://user:secret@example.invalid/' }] } },
    { signer: { kind: 'none' }, timestamps: { servers: [{ url: 'file:///etc/passwd' }] } },
    { signer: { kind: 'none' }, timestamps: { servers: [] } },
    { signer: { kind: 'signtool', thumbprint: 'abc' } },
  ];
  for (const config of refused) t.notOk(signingConfig.safeParse(config).success, JSON.stringify(config));
  t.ok(signingConfig.safeParse({ signer: { kind: 'pfx', file: 'a.pfx', password } }).success);
});

t.test('SOURCE_DATE_EPOCH', async (t) => {
  t.equal(sourceDateEpoch({}), undefined);
  t.equal(sourceDateEpoch({ SOURCE_DATE_EPOCH: '' }), undefined);
  t.equal(sourceDateEpoch({ SOURCE_DATE_EPOCH: '1700000000' }), 1_700_000_000);
  for (const value of ['-1', '1e9', 'now', '1700000000.5', '999999999999'])
    t.throws(() => sourceDateEpoch({ SOURCE_DATE_EPOCH: value }), { code: 'sign.bad-time' }, value);
});

t.test('the doctor', { skip }, async (t) => {
  const rig = await SigningRig.make(t);
  const ask = async (config: unknown): Promise<readonly string[]> => {
    const parsed = config === undefined ? undefined : signingConfig.parse(config);
    const found = await diagnoseSigning(parsed, rig.parts, systemClock, callFor(60_000));
    t.same(await rig.workshops(), []);
    return found.filter(({ state }) => state !== 'ok').map(({ state, subject, message }) => `${state} ${subject}: ${message}`);
  };
  const pem = (wish: CertificateWish): unknown => {
    const { withChain: certificate, key } = rig.authority.issue(wish);
    return { kind: 'pem', certificate, key };
  };
  t.same(await ask(undefined), []);
  t.same(await ask({ signer: { kind: 'none' } }), []);
  t.match(await ask({ signer: { kind: 'rehearsal' } }), [/^warning signing: time stamps: none are wanted/]);
  const soon = await ask({ signer: pem({ name: 'Soon', purpose: 'codeSigning', toDays: 12 }) });
  t.match(soon, [/^warning signing: key and certificate: CN=Soon, RSA 2048, valid for 1[12] days/, /time stamps/]);
  const ended = await ask({ signer: pem({ name: 'Ended', purpose: 'codeSigning', fromDays: -9, toDays: -2 }) });
  t.match(ended, [/^missing signing: key and certificate: .*was valid only until/, /time stamps/]);
  const absent = await ask({ signer: { kind: 'pfx', file: 'absent.pfx' } });
  t.match(absent, [/^missing signing: key and certificate: .*absent.pfx cannot be read/, /time stamps/]);
  const module = { kind: 'pkcs11', module: '/absent/module.so', key: 'pkcs11:object=a', engine: '/absent/engine.so' };
  t.match((await ask({ signer: module })).join('\n'), /missing signing: PKCS #11 module: .*\/absent\/module\.so/);
  const url = 'http://127.0.0.1:9/';
  const server = { signer: { kind: 'rehearsal' }, timestamps: { servers: [{ url, timeoutSeconds: 2 }] } };
  t.match(await ask(server), [/^missing signing: time-stamp server http:\/\/127\.0\.0\.1:9\/: /]);
  t.match(await ask({ ...server, timestamps: { ...server.timestamps, demand: 'optional' } }), [/^warning signing: time-stamp server/]);
});
