import t from 'tap';
import type { GuestLease } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import { Secret } from '../../core/secret.ts';
import { validate } from '../../core/validate.ts';
import { cliRig } from '../../testing/cli-rig.ts';
import { wineSpecs } from '../../testing/wine-rig.ts';
import { password, scriptedEndpoint } from '../../testing/winrm/examine.ts';
import { windowsAnswers } from '../../testing/winrm/scripted-cmd.ts';
import { closedPort, serveTcp } from '../../testing/winrm/stand-in-servers.ts';
import { findingFormat } from '../../winrm/diagnose/finding.ts';
import { noteGuest } from '../running-guests.ts';

t.setTimeout(60_000);

const secret = { SECRET: password };
const login = ['--user', 'lab', '--password-env', 'SECRET'];

t.test('a good host, for people and for programs', async (t) => {
  const { port } = await scriptedEndpoint(t);
  const { lab } = cliRig(t);
  const shown = await lab(['winrm', 'test', ...login, `http://127.0.0.1:${port}`], { environment: secret });
  t.equal(shown.exitCode, 0);
  t.match(shown.stdout, /^✓ port {2,}\d+: open$/m);
  t.match(shown.stdout, /^✓ verdict {2,}the lab can use 127\.0\.0\.1$/m);
  t.equal(shown.stderr, '');
  const { exitCode, stdout } = await lab(['winrm', 'test', '--json', ...login, `http://127.0.0.1:${port}`], { environment: secret });
  t.equal(exitCode, 0);
  const lines = stdout.trimEnd().split('\n');
  t.ok(lines.length > 15);
  for (const line of lines) validate(findingFormat, JSON.parse(line), 'the output');
  t.match(JSON.parse(lines.at(-1) ?? ''), { id: 'verdict', state: 'ok' });
  for (const text of [shown.stdout, stdout]) t.notMatch(text, password);
});

t.test('a terminal sees what is going on, and nothing of it stays', async (t) => {
  const { port } = await scriptedEndpoint(t);
  const { stdout } = await cliRig(t).lab(['winrm', 'test', ...login, `http://127.0.0.1:${port}`], { environment: secret, isTty: true });
  t.match(stdout, /… run `ver`/);
  t.match(stdout, /✓ verdict/);
  t.ok(stdout.lastIndexOf('\u001b[?25h') > stdout.lastIndexOf('\u001b[?25l'), 'the cursor is back');
});

t.test('a bad host exits with 3 and says what to do', async (t) => {
  const closed = await cliRig(t).lab(['winrm', 'test', ...login, `http://127.0.0.1:${await closedPort()}`], { environment: secret });
  t.equal(closed.exitCode, 3);
  t.match(closed.stdout, /^✗ port .*refused.*\n {4}next: The host is up.*\n {6}Set-Service -Name WinRM/m);
  const { port } = await scriptedEndpoint(t, {}, { ...windowsAnswers, ver: { stdout: 'no such thing' } });
  t.equal((await cliRig(t).lab(['winrm', 'test', ...login, `http://127.0.0.1:${port}`], { environment: secret })).exitCode, 3);
});

t.test('nobody logged in: nothing is decided', async (t) => {
  const { port } = await scriptedEndpoint(t);
  const { exitCode, stdout } = await cliRig(t).lab(['winrm', 'test', `winrm+http://127.0.0.1:${port}`]);
  t.equal(exitCode, 3);
  t.match(stdout, /^– verdict .*\n {4}next: Give a user with --user/m);
});

t.test('a hostile host draws nothing on the terminal', async (t) => {
  const answer = `HTTP/1.1 302 Found\r\nLocation: https://x/\u009b2J\u0085evil\r\nServer: ${'A'.repeat(5000)}\r\nContent-Length: 8\r\n\r\n\u001b]0;own\u0007`;
  const port = await serveTcp(t, (socket) => socket.once('data', () => socket.end(answer, 'latin1')));
  const { exitCode, stdout } = await cliRig(t).lab(['winrm', 'test', ...login, `http://127.0.0.1:${port}`], { environment: secret });
  t.equal(exitCode, 3);
  t.match(stdout, /sends on to https:/);
  t.notMatch(stdout, /[\u0080-\u009f\u001b\u202e]/);
  t.ok(Math.max(...stdout.split('\n').map((line) => line.length)) < 1200);
});

t.test('a guest that runs here is known with its log-in', async (t) => {
  const { port } = await scriptedEndpoint(t);
  const { lab, state } = cliRig(t);
  const endpoint = {
    transport: 'winrm',
    url: `http://127.0.0.1:${port}/wsman`,
    user: 'lab',
    password: new Secret(password),
    authentication: 'ntlm',
    toolkit: { kind: 'agent', launcher: 'tool' },
  } as const;
  const lease = { spec: wineSpecs.win11, endpoint } as GuestLease;
  await using _note = await noteGuest('mine', lease, '2026-11-21T12:00:00.000Z', state as LocalPath);
  const { exitCode, stdout } = await lab(['winrm', 'test', 'mine']);
  t.equal(exitCode, 0);
  t.match(stdout, /the guest brings a tool of its own/);
  t.notMatch(stdout, password);
});

t.test('wrong use', async (t) => {
  const { lab } = cliRig(t);
  for (const [args, complaint] of [
    [[], /missing required argument/],
    [['two words'], /is no host/],
    [['win.test:0'], /is no host/],
    [['ssh://win.test'], /is not WinRM/],
    [['ftp://win.test'], /names no guest/],
    [['--password-env', 'SECRET', 'win.test'], /without a user/],
    [['--password', 'x', 'win.test'], /does not belong on a command line/],
    [['--authentication', 'kerberos', 'win.test'], /Allowed choices are ntlm, basic, auto/],
    [['--ca', '/nowhere/ca.pem', 'win.test'], /cannot be read/],
    [['--certificate-sha256', 'ab'.repeat(32), 'http://win.test'], /plain HTTP/],
  ] as const) {
    const { exitCode, stdout, stderr } = await lab(['winrm', 'test', ...args], { environment: secret });
    t.equal(exitCode, 2, args.join(' '));
    t.match(stderr, complaint);
    t.equal(stdout, '');
  }
});
