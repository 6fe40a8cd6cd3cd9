import { createHash, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import t, { type Test } from 'tap';
import { LabError } from '../../core/error.ts';
import type { Sha256 } from '../../core/ids.ts';
import { Secret } from '../../core/secret.ts';
import { callFor } from '../../testing/calls.ts';
import { expiredTls, guestTls, issuedTls, testAuthority } from '../../testing/winrm/guest-tls.ts';
import { hostProcesses } from '../../testing/winrm/host-processes.ts';
import { type EndpointOptions, type WinrmEndpoint, startEndpoint } from '../endpoint/endpoint.ts';
import { runCommand } from './run-command.ts';
import type { TargetOptions } from './target.ts';
import { openWinrmClient } from './winrm-client.ts';

// Read when the system's authorities are first asked for, which nothing has done yet.
process.env['SSL_CERT_FILE'] = path.join(t.testdir({}), 'authorities.pem');
writeFileSync(process.env['SSL_CERT_FILE'], testAuthority);

const password = new Secret('secret-wörd');
const call = () => callFor(20_000);

async function serve(t: Test, more: Partial<EndpointOptions> = {}): Promise<WinrmEndpoint> {
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'Vagrant', password }],
    processes: hostProcesses(),
    identity: { osVersion: '10.0.19045', computerName: 'GUEST' },
    ...more,
  });
  t.teardown(() => service.close());
  return service;
}

/** What a log-in came to: the exit code of a command, or the error. */
async function logIn(service: Pick<WinrmEndpoint, 'url'>, more: Partial<TargetOptions> = {}): Promise<number | LabError> {
  try {
    await using client = await openWinrmClient({ url: service.url, user: 'vagrant', password, authentication: 'ntlm', ...more }, call());
    const shell = await client.openShell({}, call());
    return (await runCommand(shell, { line: 'exit 3', skipCmdShell: false, maxOutputBytes: 100 }, call())).exitCode;
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
}

/** Waits until the server has seen every connection end. */
async function connectionsLeft(service: WinrmEndpoint): Promise<number> {
  for (let waited = 0; service.connections() > 0 && waited < 200; waited++) await new Promise((resolve) => setTimeout(resolve, 10));
  return service.connections();
}

const pinOf = (pem: string): Sha256 => createHash('sha256').update(new X509Certificate(pem).raw).digest('hex') as Sha256;

t.test('every way to log in, and the same with a wrong password', async (t) => {
  const authority = { certificateAuthority: testAuthority };
  const services: readonly (readonly [string, WinrmEndpoint, Partial<TargetOptions>])[] = [
    ['sealed over HTTP', await serve(t), {}],
    ['HTTPS', await serve(t, { tls: issuedTls }), authority],
    ['HTTPS that does not look at bindings', await serve(t, { tls: issuedTls, cbtHardening: 'none' }), authority],
    ['HTTPS that insists on them', await serve(t, { tls: issuedTls, cbtHardening: 'strict' }), authority],
  ];
  for (const [name, service, trust] of services) {
    for (const negotiateToken of ['ntlmssp', 'spnego'] as const) {
      for (const channelBinding of ['tls-server-end-point', 'none'] as const) {
        const what = `${name}, ${negotiateToken}, ${channelBinding}`;
        const ways = { ...trust, negotiateToken, channelBinding };
        const result = await logIn(service, ways);
        if (name === 'HTTPS that insists on them' && channelBinding === 'none')
          t.match(result, { code: 'winrm.authentication-refused', hint: /CbtHardeningLevel is Strict/ }, what);
        else t.equal(result, 3, what);
        t.match(
          await logIn(service, { ...ways, password: new Secret('wrong') }),
          { code: 'winrm.authentication-refused', message: /refused vagrant \(NTLM\)/ },
          `${what}, wrong password`,
        );
        t.equal(await connectionsLeft(service), 0, `${what}: nothing stays open`);
      }
    }
  }
});

t.test('Basic over HTTPS, where the service takes it', async (t) => {
  const trust = { certificateAuthority: testAuthority, authentication: 'basic' } as const;
  const service = await serve(t, { tls: issuedTls, basic: true });
  t.equal(await logIn(service, trust), 3);
  t.match(await logIn(service, { ...trust, password: new Secret('wrong') }), { code: 'winrm.authentication-refused' });
  t.match(await logIn(await serve(t, { tls: issuedTls }), trust), { code: 'winrm.authentication-refused' }, 'not by default');
});

t.test('whose certificate is taken', async (t) => {
  const issued = await serve(t, { tls: issuedTls });
  const selfSigned = await serve(t, { tls: guestTls });
  const expired = await serve(t, { tls: expiredTls });
  const byName = { url: issued.url.replace('127.0.0.1', 'localhost') };
  const taken: Readonly<Record<string, readonly [Pick<WinrmEndpoint, 'url'>, Partial<TargetOptions>]>> = {
    'one of the authority, for an address': [issued, { certificateAuthority: testAuthority }],
    'one of the authority, for a name': [byName, { certificateAuthority: testAuthority }],
    'one of several authorities': [issued, { certificateAuthority: `${guestTls.cert}\n${testAuthority}` }],
    'one of an authority of the system': [issued, {}],
    'a pinned one': [selfSigned, { certificateSha256: pinOf(guestTls.cert) }],
    'a pinned one that has expired': [expired, { certificateSha256: pinOf(expiredTls.cert) }],
    'a pinned one, whatever the authority': [selfSigned, { certificateSha256: pinOf(guestTls.cert), certificateAuthority: testAuthority }],
  };
  for (const [what, [service, trust]] of Object.entries(taken)) t.equal(await logIn(service, trust), 3, what);
  const refused: Readonly<Record<string, readonly [Pick<WinrmEndpoint, 'url'>, Partial<TargetOptions>, RegExp, RegExp]>> = {
    'another than the pinned one': [
      selfSigned,
      { certificateSha256: pinOf(issuedTls.cert) },
      new RegExp(pinOf(guestTls.cert)),
      /in between/,
    ],
    'one of another authority': [issued, { certificateAuthority: guestTls.cert }, /verify|issuer/, /authority that issued it/],
    'a self-signed one': [selfSigned, {}, /self-signed/, /pin its SHA-256/],
    'one for another name': [selfSigned, { certificateAuthority: guestTls.cert }, /127\.0\.0\.1/, /host name that the certificate has/],
    'one that has expired': [expired, { certificateAuthority: testAuthority }, /expired/, /Compare the clocks/],
  };
  for (const [what, [service, trust, message, hint]] of Object.entries(refused))
    t.match(await logIn(service, trust), { code: 'winrm.certificate-refused', message, hint }, what);
  for (const service of [issued, selfSigned, expired]) t.equal(await connectionsLeft(service), 0, 'nothing stays open');
});

t.test('a log-in cannot be passed on to another TLS connection', async (t) => {
  for (const cbtHardening of ['none', 'relaxed', 'strict'] as const) {
    const service = await serve(t, { tls: issuedTls, cbtHardening });
    // Somebody in between whom the client trusts: a proxy that ends TLS, or an attacker with a certificate.
    const between = tls.createServer(guestTls, (inner) => {
      const outer = tls.connect({ port: service.port, host: '127.0.0.1', rejectUnauthorized: false });
      for (const socket of [inner, outer]) socket.on('error', () => {});
      inner.pipe(outer).pipe(inner);
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    t.teardown(() => between.close());
    const through = { url: `https://127.0.0.1:${(between.address() as AddressInfo).port}/wsman` };
    const trust = { certificateSha256: pinOf(guestTls.cert) };
    const bound = await logIn(through, trust);
    if (cbtHardening === 'none') t.equal(bound, 3);
    else t.match(bound, { code: 'winrm.authentication-refused', hint: /ends TLS before the guest/ }, cbtHardening);
    const unbound = await logIn(through, { ...trust, channelBinding: 'none' });
    if (cbtHardening === 'strict') t.match(unbound, { code: 'winrm.authentication-refused' });
    else t.equal(unbound, 3, `${cbtHardening}: not bound at all`);
  }
});

t.test('trust that would not be made use of is refused', async (t) => {
  const service = await serve(t);
  t.match(await logIn(service, { certificateSha256: pinOf(guestTls.cert) }), { code: 'winrm.certificate-without-tls' });
  t.match(await logIn(service, { certificateAuthority: testAuthority }), { code: 'winrm.certificate-without-tls' });
  const url = 'https://127.0.0.1:1/wsman';
  t.match(await logIn({ url }, { certificateAuthority: 'nonsense' }), { code: 'winrm.authority-unreadable', message: /no certificate/ });
  const damaged = testAuthority.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
  t.match(await logIn({ url }, { certificateAuthority: damaged }), { code: 'winrm.authority-unreadable' });
});

t.test('a port of the other kind is told from one that is closed', async (t) => {
  const plain = await serve(t);
  const secure = await serve(t, { tls: issuedTls });
  t.match(await logIn({ url: plain.url.replace('http:', 'https:') }), { code: 'winrm.tls-failed', hint: /5986/ });
  t.match(await logIn({ url: secure.url.replace('https:', 'http:') }), { code: 'winrm.log-in-broken-off', hint: /write https/ });
  t.match(await logIn({ url: 'https://127.0.0.1:1/wsman' }), { code: 'winrm.unreachable' });
});

t.test('calls that are ended at any moment leave no connection behind', async (t) => {
  for (const [options, trust] of [
    [{}, {}],
    [{ tls: issuedTls }, { certificateAuthority: testAuthority, negotiateToken: 'spnego' }],
  ] as const) {
    const service = await serve(t, options);
    const outcomes = new Set<string>();
    const attempt = async (afterMs: number): Promise<void> => {
      const reason = LabError.of('lab.interrupted', { signal: 'the test' });
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(reason), afterMs);
      const within = { ...call(), signal: controller.signal };
      try {
        await using client = await openWinrmClient(
          { url: service.url, user: 'vagrant', password, authentication: 'ntlm', ...trust },
          within,
        );
        outcomes.add(client.identity.productVendor);
      } catch (error) {
        outcomes.add(error === reason ? 'ended' : String(error));
      } finally {
        clearTimeout(timer);
      }
    };
    // From before anything is connected to long after everything is done.
    await Promise.all(Array.from({ length: 40 }, (_, at) => attempt(at < 30 ? at * 2 : 5000)));
    t.same([...outcomes].toSorted(), ['Microsoft Corporation', 'ended'], 'each either got through or was ended');
    t.equal(await connectionsLeft(service), 0);
  }
});
