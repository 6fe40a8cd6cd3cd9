import t, { type Test } from 'tap';
import { Secret } from '../../core/secret.ts';
import { examine, login, scriptedEndpoint } from '../../testing/winrm/examine.ts';
import { issuedTls, testAuthority } from '../../testing/winrm/guest-tls.ts';
import { windowsAnswers } from '../../testing/winrm/scripted-cmd.ts';
import { serveHttp } from '../../testing/winrm/stand-in-servers.ts';
import { buildFault } from '../faults/fault.ts';
import { windowsFaults } from '../faults/windows-faults.ts';
import { joinParts } from '../soap/xml-parts.ts';

t.setTimeout(120_000);

t.test('a wrong password', async (t) => {
  const { port } = await scriptedEndpoint(t);
  const told = await examine(t, [{ protocol: 'http', port }], { login: { ...login, password: new Secret('another one') } });
  t.equal(told.verdict, 'not-usable');
  t.equal(told.of('log-in')?.state, 'failed');
  t.match(told.of('log-in')?.fix, /0xC000006A is a wrong password.*0xC000015B no right to log on over the network/);
  t.match(told.of('log-in')?.commands?.join('\n'), /Id=4625/);
  t.equal(told.of('rights'), undefined);
});

/** A service that lets in by Basic over HTTPS and answers every message with the same fault or bytes. */
async function stubborn(
  test: Test,
  answerTo: (messageId: string, body: string) => { readonly status: number; readonly body: Buffer | string },
): Promise<number> {
  const identity =
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><i:IdentifyResponse xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><i:ProductVendor>Microsoft Corporation</i:ProductVendor><i:ProductVersion>OS: 10.0.1 SP: 0.0 Stack: 3.0</i:ProductVersion></i:IdentifyResponse></s:Body></s:Envelope>';
  return await serveHttp(
    test,
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        if (request.headers.authorization === undefined && request.headers['wsmanidentify'] === undefined)
          return void response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="WSMAN"' }).end();
        if (body.includes('Identify')) return void response.writeHead(200, { 'Content-Type': 'application/soap+xml' }).end(identity);
        const answer = answerTo(/MessageID>([^<]*)</.exec(body)?.[1] ?? '', body);
        response.writeHead(answer.status, { 'Content-Type': 'application/soap+xml;charset=UTF-8' }).end(answer.body);
        return undefined;
      });
    },
    issuedTls,
  );
}

t.test('access denied after the log-in is a matter of rights', async (t) => {
  const port = await stubborn(t, (messageId) => ({
    status: 500,
    body: joinParts(buildFault({ messageId: 'uuid:1', relatesTo: messageId }, 'WIN11', windowsFaults.accessDenied().answer)),
  }));
  const told = await examine(t, [{ protocol: 'https', port }], { login, certificateAuthority: testAuthority });
  t.equal(told.verdict, 'not-usable');
  t.equal(told.of('log-in')?.state, 'ok');
  t.equal(told.of('rights')?.state, 'failed');
  t.match(told.of('rights')?.facts, { fault: 5 });
  t.match(told.of('rights')?.fix, /LocalAccountTokenFilterPolicy/);
});

t.test('garbage after the log-in hangs and breaks nothing', async (t) => {
  for (const body of ['<x/>', '', 'y'.repeat(3_000_000)]) {
    const port = await stubborn(t, () => ({ status: 200, body }));
    const told = await examine(t, [{ protocol: 'https', port }], { login, certificateAuthority: testAuthority });
    t.equal(told.verdict, 'not-usable');
    t.equal(told.of('rights')?.state, 'failed');
  }
});

t.test('tiny quotas are warnings, each with the command that raises it', async (t) => {
  const { port } = await scriptedEndpoint(t, { quotas: { maxShellsPerUser: 2, maxProcessesPerShell: 3, maxEnvelopeBytes: 150 << 10 } });
  const told = await examine(t, [{ protocol: 'http', port }], { login });
  t.equal(told.verdict, 'usable');
  t.match(told.of('quota', 'MaxShellsPerUser'), {
    state: 'warning',
    facts: { value: 2, wanted: 15 },
    commands: ['winrm set winrm/config/winrs \'@{MaxShellsPerUser="30"}\''],
  });
  t.equal(told.of('quota', 'MaxProcessesPerShell')?.state, 'warning');
  t.same(told.of('quota', 'MaxEnvelopeSizekb')?.commands, ['winrm set winrm/config \'@{MaxEnvelopeSizekb="500"}\'']);
});

t.test('no shell is to be had', async (t) => {
  const { port } = await scriptedEndpoint(t, { quotas: { maxShellsPerUser: 0 } });
  const told = await examine(t, [{ protocol: 'http', port }], { login });
  t.equal(told.verdict, 'not-usable');
  t.equal(told.of('rights')?.state, 'failed');
  t.match(told.of('rights')?.commands?.join('\n'), /MaxShellsPerUser/);
});

t.test('a shell that is not what it should be', async (t) => {
  const wrong = { ...windowsAnswers, ver: { stdout: 'Linux' }, 'exit 7': { exitCode: 1 } };
  const told = await examine(t, [{ protocol: 'http', port: (await scriptedEndpoint(t, {}, wrong)).port }], { login });
  t.equal(told.verdict, 'not-usable');
  t.match(told.of('command'), { state: 'failed', message: /Linux/ });
  t.match(told.of('exit-code'), { state: 'failed', message: '7 came as 1' });
  const mangled = { ...windowsAnswers, 'echo Grüße, Ελλάδα, 日本': { stdout: 'Gr??e\r\n' }, 'findstr /r .': { exitCode: 1 } };
  const usable = await examine(t, [{ protocol: 'http', port: (await scriptedEndpoint(t, {}, mangled)).port }], { login });
  t.equal(usable.verdict, 'usable');
  t.equal(usable.of('encoding')?.state, 'warning');
  t.equal(usable.of('input')?.state, 'warning');
});

t.test('a command that never ends is given up', async (t) => {
  const told = await examine(
    t,
    [{ protocol: 'http', port: (await scriptedEndpoint(t, {}, { ...windowsAnswers, ver: { endless: true } })).port }],
    {
      login,
      limits: { loggedInMs: 700 },
    },
  );
  t.equal(told.verdict, 'not-usable');
  t.match(told.of('command'), { state: 'failed', message: /did not finish within 0\.7 s/ });
});

t.test('copy ways that are not there', async (t) => {
  const { 'curl.exe --version': _version, 'powershell.exe': _powershell, ...bare } = windowsAnswers;
  const without = await examine(
    t,
    [{ protocol: 'http', port: (await scriptedEndpoint(t, {}, { ...bare, 'curl.exe': { exitCode: 9009 } })).port }],
    { login },
  );
  t.equal(without.verdict, 'usable');
  t.equal(without.of('curl')?.state, 'warning');
  t.equal(without.of('pull')?.state, 'skipped');
  t.equal(without.of('powershell')?.state, 'warning');
  const confined = {
    ...windowsAnswers,
    'powershell.exe': { stdout: 'lab 5.1.1 ConstrainedLanguage\r\n' },
    'curl.exe': { stderr: 'curl: (28) timed out', exitCode: 28 },
  };
  const told = await examine(t, [{ protocol: 'http', port: (await scriptedEndpoint(t, {}, confined)).port }], { login });
  t.match(told.of('powershell'), { state: 'warning', message: /ConstrainedLanguage/ });
  t.match(told.of('pull'), { state: 'warning', message: /timed out/ });
});
