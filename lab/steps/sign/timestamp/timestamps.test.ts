import { execFile, execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { callFor } from '../../../testing/calls.ts';
import { Authority, type IssuedCertificate } from '../../../testing/sign/authority.ts';
import { SigningRig } from '../../../testing/sign/signing-rig.ts';
import { type TimestampManner, type TimestampRig, timestampServer } from '../../../testing/sign/timestamp-server.ts';
import { without } from '../../../testing/winrm/foreign-programs.ts';
import { examineSignature } from '../authenticode/examine-signature.ts';
import { findOsslsigncode } from '../signers/osslsigncode-tool.ts';

const skip = without('openssl', 'osslsigncode');

interface Surroundings {
  readonly rig: SigningRig;
  readonly signer: unknown;
  readonly issued: IssuedCertificate;
  readonly stamps: IssuedCertificate;
  readonly server: (manner?: TimestampManner) => Promise<TimestampRig>;
}

async function surroundings(t: Test): Promise<Surroundings> {
  const rig = await SigningRig.make(t);
  const issued = rig.authority.issue({ name: 'Publisher', purpose: 'codeSigning' });
  const stamps = rig.authority.issue({ name: 'Time', purpose: 'critical,timeStamping' });
  return {
    rig,
    issued,
    stamps,
    signer: { kind: 'pem', certificate: issued.withChain, key: issued.key },
    server: async (manner) => {
      const server = await timestampServer(rig.folder, stamps, manner);
      t.teardown(() => server[Symbol.asyncDispose]());
      return server;
    },
  };
}

t.test('time stamps', { skip }, async (t) => {
  const { rig, signer, issued, stamps, server } = await surroundings(t);
  const authorities = rig.authority.certificate;
  const good = await server();

  await t.test('a server that answers rightly is asked once', async (t) => {
    const started = Date.now();
    const signed = await rig.sign({ signer, authorities, timestamps: { servers: [{ url: good.url }], authorities } });
    const { timestamp, repeatable } = signed.report.signature;
    t.match(timestamp, { authority: { subject: 'CN=Time' }, policy: '1.2.3.4.1', known: true, digestAlgorithm: 'sha256' });
    t.ok(Math.abs(Date.parse(timestamp?.at ?? '') - started) < 60_000, 'gives the time it is');
    t.equal(repeatable, false);
    t.equal(good.asked(), 1);
    t.equal(signed.timestampServer, good.url);
    t.same(rig.refusals, []);
  });

  const failing: readonly (readonly [TimestampManner, RegExp])[] = [
    ['with 500', /status 500/],
    ['never', /did not answer within 0.5 s/],
    ['with garbage', /not put together|DER/],
    ['with too much', /more than 1048576 bytes/],
    ['with another nonce', /given for another request/],
    ['for something else', /for something else/],
    ['by refusing', /refused \(status 2\): no/],
    ['elsewhere', /status 302/],
  ];
  for (const [manner, reason] of failing) {
    await t.test(`a server that answers ${manner} is passed over and told`, async (t) => {
      const bad = await server(manner);
      rig.refusals.length = 0;
      const servers = [{ url: bad.url, timeoutSeconds: manner === 'never' ? 0.5 : 20 }];
      const signed = await rig.sign({ signer, timestamps: { servers: [...servers, { url: good.url }], authorities } });
      t.equal(signed.timestampServer, good.url);
      t.equal(bad.asked(), 1);
      t.equal(rig.refusals.length, 1);
      t.match(rig.refusals[0]?.message, reason);
      await t.rejects(rig.sign({ signer, timestamps: { servers } }), { code: 'sign.no-timestamp', message: reason }, 'alone, it blocks');
      const plain = await rig.sign({ signer, timestamps: { servers, demand: 'optional' } });
      t.equal(plain.report.signature.timestamp, undefined, 'unless a release may be without');
    });
  }

  await t.test('a server of an unknown authority, or with a certificate for something else, is passed over', async (t) => {
    const other = new Authority(path.join(rig.folder, 'other'), 'Other Authority');
    const strangers = [
      [other.issue({ name: 'Stranger', purpose: 'critical,timeStamping' }), /none of the given certificates/],
      [rig.authority.issue({ name: 'Wrong', purpose: 'serverAuth' }), /status 500/],
    ] as const;
    for (const [index, [stranger, reason]] of strangers.entries()) {
      await using bad = await timestampServer(index === 0 ? other.folder : rig.folder, stranger);
      await t.rejects(rig.sign({ signer, timestamps: { servers: [{ url: bad.url }], authorities } }), { message: reason });
    }
    await timestampServer(rig.folder, stamps).then((again) => again[Symbol.asyncDispose]());
  });

  await t.test('a time stamp keeps the signature of a certificate that has ended', async (t) => {
    const signed = await rig.sign({ signer, timestamps: { servers: [{ url: good.url }] } });
    const bytes = await readFile(signed.path);
    const plain = await readFile((await rig.sign({ signer })).path);
    const later = { authorities: [], timestampAuthorities: [], timestamp: 'optional', nowMs: Date.now() + 400 * 86_400_000 } as const;
    t.same(examineSignature(bytes, 'stamped', later).problems, []);
    t.match(examineSignature(plain, 'plain', later).problems, [{ code: 'expired' }]);
    t.match(examineSignature(plain, 'plain', { ...later, timestamp: 'required' }).problems, [{ code: 'timestamp-missing' }, {}]);
  });

  await t.test('osslsigncode reads what the lab wrote, and the lab what osslsigncode wrote', async (t) => {
    const tool = await findOsslsigncode(rig.parts.folders, callFor(30_000));
    const expected = { authorities: [], timestampAuthorities: [], timestamp: 'required', nowMs: Date.now() } as const;
    const ours = await rig.sign({ signer, timestamps: { servers: [{ url: good.url }] } });
    const trust = ['-CAfile', authorities, '-TSA-CAfile', authorities, ...tool.ignores];
    const said = execFileSync(tool.program, ['verify', ...trust, '-in', ours.path], { encoding: 'utf8' });
    t.match(said, /Timestamp Server Signature verification: ok/);
    t.match(said, /Signature verification: ok/);

    const theirs = path.join(rig.folder, 'theirs.exe');
    const key = ['-certs', issued.withChain, '-key', issued.key];
    await promisify(execFile)(tool.program, ['sign', ...key, '-ts', good.url, '-in', rig.executable, '-out', theirs]);
    const read = examineSignature(await readFile(theirs), 'theirs', expected);
    t.same(read.problems, [], 'by -ts');
    t.equal(read.signature?.timestamp?.authority.subject, 'CN=Time');
    if (!tool.givesTimestamps) return t.comment(`osslsigncode ${tool.version} has no time-stamp authority of its own`);
    const seconds = Math.floor(Date.now() / 1000) + 3600;
    const builtIn = path.join(rig.folder, 'built-in.exe');
    const own = ['-TSA-certs', stamps.withChain, '-TSA-key', stamps.key, '-TSA-time', String(seconds)];
    execFileSync(tool.program, ['sign', ...key, ...own, '-in', rig.executable, '-out', builtIn], { stdio: 'ignore' });
    const stamped = examineSignature(await readFile(builtIn), 'built-in', expected);
    return t.equal(stamped.signature?.timestamp?.at ?? stamped.problems[0]?.message, new Date(seconds * 1000).toISOString());
  });
});
