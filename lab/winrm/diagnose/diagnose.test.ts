import { spawn } from 'node:child_process';
import net from 'node:net';
import t from 'tap';
import { LabError } from '../../core/error.ts';
import { sha256 } from '../../core/ids.ts';
import { callUntil } from '../../engine/deadline.ts';
import { type Told, examine, login, password, scriptedEndpoint } from '../../testing/winrm/examine.ts';
import { expiredTls, guestTls, issuedTls, testAuthority } from '../../testing/winrm/guest-tls.ts';
import { closedPort, serveHttp, serveTcp } from '../../testing/winrm/stand-in-servers.ts';
import { diagnose } from './diagnose.ts';
import type { Examination } from './examination.ts';

t.setTimeout(120_000);

const GUEST_PIN = sha256('00'.repeat(32));

const states = ({ findings }: Told): Readonly<Record<string, string>> => Object.fromEntries(findings.map(({ id, state }) => [id, state]));

t.test('a host as it should be is usable, and every step says so', async (t) => {
  const { port, lines } = await scriptedEndpoint(t);
  const told = await examine(t, [{ protocol: 'http', port }], { login });
  t.equal(told.verdict, 'usable');
  t.same(states(told), {
    port: 'ok',
    http: 'ok',
    identity: 'ok',
    schemes: 'ok',
    clock: 'ok',
    'log-in': 'ok',
    rights: 'ok',
    configuration: 'ok',
    encryption: 'ok',
    quota: 'ok',
    command: 'ok',
    'exit-code': 'ok',
    'error-output': 'ok',
    encoding: 'ok',
    input: 'ok',
    latency: 'ok',
    powershell: 'ok',
    curl: 'ok',
    pull: 'ok',
    verdict: 'ok',
  });
  t.match(told.of('log-in')?.message, /lab by NTLM: OS: 10\.0\.26100/);
  t.match(told.of('powershell')?.facts, { version: '5.1.26100.4652', languageMode: 'FullLanguage' });
  t.match(told.of('curl')?.message, /^8\.13\.0$/);
  t.equal(lines.filter((line) => line === 'exit 0').length, 5, 'latency is a median of several');
  t.notMatch(lines.join('\n'), password);
});

t.test('without a user nothing is decided', async (t) => {
  const { port } = await scriptedEndpoint(t);
  const told = await examine(t, [{ protocol: 'http', port }]);
  t.equal(told.verdict, 'undecided');
  t.match(told.of('verdict')?.fix, /--user/);
  t.equal(told.of('log-in'), undefined);
});

t.test('a closed port means that the host is up', async (t) => {
  const told = await examine(t, [{ protocol: 'http', port: await closedPort() }], { login });
  t.equal(told.verdict, 'not-usable');
  t.match(told.of('port')?.message, /^refused/);
  t.ok(told.of('port')?.commands?.includes('Start-Service -Name WinRM'));
});

t.test('a port that does not answer means a firewall or no host', async (t) => {
  // A stopped process accepts nothing: once its queue is full, the system drops who else comes, as a firewall does.
  const child = spawn(
    process.execPath,
    ['-e', "const s=require('net').createServer();s.listen({port:0,host:'127.0.0.1',backlog:1},()=>console.log(s.address().port))"],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.teardown(() => child.kill('SIGKILL'));
  const port = Number(String(await new Promise((resolve) => child.stdout.once('data', resolve))));
  child.kill('SIGSTOP');
  const fillers = [];
  for (let count = 0; count < 4; count++) {
    const filler = net.connect(port, '127.0.0.1');
    filler.on('error', () => {});
    t.teardown(() => filler.destroy());
    fillers.push(filler);
  }
  await Promise.race(fillers.map((filler) => new Promise((resolve) => filler.once('connect', resolve))));
  const told = await examine(t, [{ protocol: 'http', port }], { login, limits: { connectMs: 400 } });
  t.match(told.of('port')?.message, /^no answer within 0\.4 s: dropped/);
  t.match(told.of('port')?.commands?.join('\n'), new RegExp(`-LocalPort ${port} .* -RemoteAddress 127\\.0\\.0\\.1`));
});

t.test('one of two ports is enough', async (t) => {
  const { port } = await scriptedEndpoint(t);
  const closed = await closedPort();
  const told = await examine(
    t,
    [
      { protocol: 'https', port: closed },
      { protocol: 'http', port },
    ],
    { login },
  );
  t.equal(told.verdict, 'usable');
  t.equal(told.of('port', String(closed))?.state, 'skipped');
});

t.test('a name that nobody knows', async (t) => {
  const told = await examine(t, [{ protocol: 'http', port: 5985 }], { host: 'no-such-host.invalid', login });
  t.equal(told.verdict, 'not-usable');
  t.equal(told.of('name')?.state, 'failed');
  t.equal(told.of('port'), undefined);
});

const servers: readonly (readonly [what: string, answer: Parameters<typeof serveHttp>[1], complaint: RegExp])[] = [
  ['a web server', (_request, response) => void response.writeHead(404).end('not here'), /404: no WinRM/],
  ['one that takes no POST', (_request, response) => void response.writeHead(405).end(), /405: it is a web server/],
  ['a proxy', (_request, response) => void response.writeHead(407, { 'Proxy-Authenticate': 'Basic' }).end(), /407: a proxy/],
  [
    'one that sends on',
    (_request, response) => void response.writeHead(302, { Location: 'https://x.test/' }).end(),
    /sends on to https:\/\/x\.test/,
  ],
  ['one that lets everybody in', (_request, response) => void response.writeHead(200).end('welcome'), /lets in whoever comes/],
  ['a service that is not ready', (_request, response) => void response.writeHead(503).end(), /503: the service/],
  ['a gateway', (_request, response) => void response.writeHead(502).end(), /502: a gateway/],
  ['a crash', (_request, response) => void response.writeHead(500).end('stack'), /500: no answer of a WinRM/],
  ['one that never answers', () => {}, /no whole answer came within/],
  [
    'one that drips',
    (_request, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Negotiate' });
      const timer = setInterval(() => response.write('x'), 20);
      response.once('close', () => clearInterval(timer));
    },
    /no whole answer came within/,
  ],
];
for (const [what, answer, complaint] of servers) {
  t.test(`${what} is no WinRM listener`, async (t) => {
    const told = await examine(t, [{ protocol: 'http', port: await serveHttp(t, answer) }], { login });
    t.equal(told.verdict, 'not-usable');
    t.match(told.of('http')?.message, complaint);
    t.equal(told.of('log-in'), undefined, 'no password goes there');
  });
}

t.test('an endless body is cut, not waited for', async (t) => {
  const chunk = Buffer.alloc(64 << 10, 'x');
  const port = await serveHttp(t, (_request, response) => {
    response.writeHead(401, { 'WWW-Authenticate': 'Kerberos' });
    const pour = (): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', pour);
    };
    pour();
  });
  const told = await examine(t, [{ protocol: 'http', port }], { login, limits: { answerMs: 5000 } });
  t.equal(told.of('http')?.state, 'ok');
  t.match(told.of('schemes')?.message, /^Kerberos: nothing that the lab speaks/);
  t.match(told.of('schemes')?.commands, ['winrm set winrm/config/service/auth \'@{Negotiate="true"}\'']);
  t.equal(told.verdict, 'not-usable');
});

t.test('what is not HTTP is told so', async (t) => {
  const port = await serveTcp(t, (socket) => socket.end('SSH-2.0-OpenSSH_9.5\r\n'));
  const told = await examine(t, [{ protocol: 'http', port }], { login });
  t.match(told.of('http')?.message, /not HTTP/);
});

t.test('a port that takes the connection and says nothing', async (t) => {
  const port = await serveTcp(t, () => {});
  t.match((await examine(t, [{ protocol: 'http', port }], { login })).of('http')?.message, /no whole answer/);
  t.match((await examine(t, [{ protocol: 'https', port }], { login })).of('tls')?.message, /says nothing/);
});

t.test('HTTPS on the HTTP port, and the reverse', async (t) => {
  const secure = await scriptedEndpoint(t, { tls: issuedTls });
  const plainOnSecure = await examine(t, [{ protocol: 'http', port: secure.port }], { login });
  t.match(plainOnSecure.of('http')?.message, /speaks TLS/);
  t.match(plainOnSecure.of('http')?.fix, `https://127.0.0.1:${secure.port}/wsman`);
  const plain = await scriptedEndpoint(t);
  const secureOnPlain = await examine(t, [{ protocol: 'https', port: plain.port }], { login });
  t.match(secureOnPlain.of('tls')?.message, /no TLS/);
  t.match(secureOnPlain.of('tls')?.fix, `http://127.0.0.1:${plain.port}/wsman`);
});

t.test('an authority that is trusted, and one that is not', async (t) => {
  const { port } = await scriptedEndpoint(t, { tls: issuedTls, basic: true });
  const trusted = await examine(t, [{ protocol: 'https', port }], { login, certificateAuthority: testAuthority });
  t.equal(trusted.verdict, 'usable');
  t.equal(trusted.of('certificate-trust')?.state, 'ok');
  t.equal(trusted.of('clear-password'), undefined, 'TLS hides the password');
  const pin = String(trusted.of('certificate-trust')?.facts?.['sha256']);

  const unknown = await examine(t, [{ protocol: 'https', port }], { login });
  t.equal(unknown.verdict, 'not-usable');
  t.equal(unknown.of('certificate-trust')?.state, 'failed');
  t.match(unknown.of('certificate-trust')?.message, pin);
  t.equal(unknown.of('log-in')?.state, 'skipped', 'no password goes there');

  const named = await examine(t, [{ protocol: 'https', port }], { login, certificateSha256: sha256(pin) });
  t.equal(named.verdict, 'usable');
  t.match(named.of('certificate-trust')?.message, /the pinned one/);

  const other = await examine(t, [{ protocol: 'https', port }], { login, certificateSha256: GUEST_PIN });
  t.equal(other.verdict, 'not-usable');
  t.match(other.of('certificate-trust')?.fix, /Somebody may be in between/);
  t.equal(other.of('log-in')?.state, 'skipped');
});

t.test('Basic by name, over HTTPS', async (t) => {
  const { port } = await scriptedEndpoint(t, { tls: issuedTls, basic: true });
  const told = await examine(t, [{ protocol: 'https', port }], {
    login: { ...login, authentication: 'basic' },
    certificateAuthority: testAuthority,
  });
  t.equal(told.verdict, 'usable');
  t.match(told.of('log-in')?.message, /lab by Basic/);
});

t.test('plain HTTP is no way out of a false certificate', async (t) => {
  const secure = await scriptedEndpoint(t, { tls: issuedTls });
  const plain = await scriptedEndpoint(t);
  const told = await examine(
    t,
    [
      { protocol: 'https', port: secure.port },
      { protocol: 'http', port: plain.port },
    ],
    { login },
  );
  t.equal(told.verdict, 'not-usable');
  t.equal(told.findings.filter(({ id, state }) => id === 'log-in' && state === 'skipped').length, 2);
  t.same(plain.lines, []);
});

t.test('an expired certificate, and one for another name', async (t) => {
  const old = await scriptedEndpoint(t, { tls: expiredTls });
  const expired = await examine(t, [{ protocol: 'https', port: old.port }], { login, certificateAuthority: testAuthority });
  t.equal(expired.of('certificate-validity')?.state, 'failed');
  t.match(expired.of('certificate-validity')?.message, /^expired: 2019/);
  t.equal(expired.of('log-in')?.state, 'skipped');
  const foreign = await scriptedEndpoint(t, { tls: guestTls });
  const mismatched = await examine(t, [{ protocol: 'https', port: foreign.port }], { login, certificateAuthority: guestTls.cert });
  t.equal(mismatched.of('certificate-name')?.state, 'failed');
  t.match(mismatched.of('certificate-name')?.message, /guest\.test/);
  t.equal(mismatched.of('certificate-trust')?.state, 'ok');
  t.equal(mismatched.verdict, 'not-usable');
});

t.test('TLS of the last century is seen and not used', async (t) => {
  const port = await serveHttp(t, (_request, response) => void response.writeHead(401, { 'WWW-Authenticate': 'Negotiate' }).end(), {
    ...issuedTls,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT:@SECLEVEL=0',
  });
  const told = await examine(t, [{ protocol: 'https', port }], { login, certificateAuthority: testAuthority });
  t.match(told.of('tls')?.message, /TLSv1\.1.*too old/);
  t.equal(told.of('log-in')?.state, 'skipped');
});

t.test('Basic alone, over plain HTTP', async (t) => {
  const seen: (string | undefined)[] = [];
  const port = await serveHttp(t, (request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="WSMAN"' }).end();
  });
  const told = await examine(t, [{ protocol: 'http', port }], { login });
  t.equal(told.verdict, 'not-usable');
  t.match(told.of('log-in')?.message, /would show the password/);
  t.same(
    seen.filter((header) => header !== undefined),
    [],
    'and was not shown',
  );
});

t.test('garbage for an identity', async (t) => {
  for (const body of [
    '<not xml',
    '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>',
    'x'.repeat(200_000),
  ]) {
    const port = await serveHttp(t, (request, response) => {
      if (request.headers['wsmanidentify'] === undefined) response.writeHead(401, { 'WWW-Authenticate': 'Kerberos' }).end();
      else response.writeHead(200, { 'Content-Type': 'application/soap+xml' }).end(body);
    });
    const told = await examine(t, [{ protocol: 'http', port }], { login });
    t.equal(told.of('identity')?.state, 'failed', body.slice(0, 20));
    t.match(told.of('identity')?.message, /not one of WS-Management/);
  }
});

t.test('the one who asks can stop it at once, wherever it is', async (t) => {
  const port = await serveTcp(t, () => {});
  for (const protocol of ['http', 'https'] as const) {
    const stop = new AbortController();
    const reason = LabError.of('lab.interrupted', { signal: 'SIGINT' });
    const examination: Examination = {
      host: '127.0.0.1',
      listeners: [{ protocol, host: '127.0.0.1', port, path: '/wsman' }],
      toolkit: { kind: 'powershell' },
    };
    const begins: string[] = [];
    const running = diagnose(
      examination,
      {
        begins: (what) => {
          begins.push(what);
          if (begins.length === 2) setTimeout(() => stop.abort(reason), 20);
        },
        found: () => {},
      },
      callUntil(stop.signal),
    );
    const startedMs = performance.now();
    await t.rejects(running, reason);
    t.ok(performance.now() - startedMs < 3000, 'long before any limit');
  }
});
