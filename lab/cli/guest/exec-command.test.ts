import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { LabError } from '../../core/error.ts';
import { cliRig } from '../../testing/cli-rig.ts';
import { startLab } from '../../testing/lab-process.ts';
import { password, scriptedEndpoint } from '../../testing/winrm/examine.ts';
import { issuedTls, testAuthority } from '../../testing/winrm/guest-tls.ts';

t.setTimeout(60_000);

const secret = { SECRET: password };
const at = (port: number, scheme = 'winrm+http'): string => `${scheme}://lab@127.0.0.1:${port}`;
const login = ['--password-env', 'SECRET'];

t.test('both outputs and the exit code come through', async (t) => {
  const { port } = await scriptedEndpoint(
    t,
    {},
    { 'say it': { stdout: 'häh\r\n', stderr: 'no\r\n', exitCode: 3 }, wide: { exitCode: 0x80070005 } },
  );
  const { lab } = cliRig(t);
  t.same(await lab(['guest', 'exec', ...login, at(port), '--', 'say', 'it'], { environment: secret }), {
    exitCode: 3,
    stdout: 'häh\r\n',
    stderr: 'no\r\n',
  });
  t.same(await lab(['guest', 'exec', ...login, at(port), '--', 'wide'], { environment: secret }), {
    exitCode: 255,
    stdout: '',
    stderr: 'exit code 2147942405 (0x80070005)\n',
  });
});

t.test('what comes through a pipe goes to the command', async (t) => {
  const { port } = await scriptedEndpoint(t, {}, { cat: { echoInput: true }, quick: { exitCode: 9 } });
  const { lab } = cliRig(t);
  const stdin = Readable.from([Buffer.from('one '), Buffer.from('two')]);
  t.equal((await lab(['guest', 'exec', ...login, at(port), '--', 'cat'], { environment: secret, stdin })).stdout, 'one two');
  const endless = new Readable({ read() {} });
  const left = await lab(['guest', 'exec', ...login, at(port), '--', 'quick'], { environment: secret, stdin: endless });
  t.equal(left.exitCode, 9, 'a command that reads nothing is not waited for');
  t.equal(endless.destroyed, true, 'input that nobody reads keeps nothing');
});

t.test('the first Ctrl-C goes to the guest, the second ends it', async (t) => {
  const { port } = await scriptedEndpoint(t, {}, { wait: { endless: true } });
  const { lab } = cliRig(t);
  const first = await lab(['guest', 'exec', ...login, at(port), '--', 'wait'], {
    environment: secret,
    onInterrupt: (instead) => setTimeout(instead, 500),
  });
  t.equal(first.exitCode, 130);
  t.match(first.stderr, /Ctrl-C goes to the guest/);
  const stop = new AbortController();
  setTimeout(() => stop.abort(LabError.of('lab.interrupted', { signal: 'SIGINT' })), 500);
  const second = await lab(['guest', 'exec', ...login, at(port), '--', 'wait'], { environment: secret, signal: stop.signal });
  t.equal(second.exitCode, 130);
  t.match(second.stderr, /Stopped by SIGINT/);
});

t.test('a time-out', async (t) => {
  const { port } = await scriptedEndpoint(t, {}, { wait: { endless: true } });
  const { exitCode, stderr } = await cliRig(t).lab(['guest', 'exec', ...login, '--timeout', '0.3', at(port), '--', 'wait'], {
    environment: secret,
  });
  t.equal(exitCode, 124);
  t.match(stderr, /ended after 0\.3 s/);
});

t.test('the ways to give a password', async (t) => {
  const { port } = await scriptedEndpoint(t, {}, { hi: { stdout: 'hi' } });
  const { lab, folder } = cliRig(t);
  const file = path.join(folder, 'password');
  await writeFile(file, `${password}\nanother line\n`);
  const hi = (more: readonly string[], around = {}): ReturnType<typeof lab> =>
    lab(['guest', 'exec', ...more, at(port), '--', 'hi'], around);
  t.equal((await hi(['--password-file', file])).stdout, 'hi');
  const typed = await hi([], { stdin: { typed: `${password}\r` } });
  t.equal(typed.stdout, 'hi');
  t.match(typed.stderr, /Password of lab at 127\.0\.0\.1: /);
  t.notMatch(typed.stderr, password);
  for (const [more, complaint] of [
    [[], /nobody to ask: use --password-env/],
    [['--password-env', 'UNSET'], /UNSET is not set/],
    [['--password-file', path.join(folder, 'nothing')], /cannot be read/],
    [['--password-env', 'SECRET', '--password-file', file], /one of/],
    [['--password', password], /does not belong on a command line/],
    [[`--password=${password}`], /does not belong on a command line/],
  ] as const) {
    const { exitCode, stderr } = await hi(more, { environment: secret });
    t.equal(exitCode, 2, more.join(' '));
    t.match(stderr, complaint);
    t.notMatch(stderr, password);
  }
});

t.test('over HTTPS by authority, and never to a stranger', async (t) => {
  const { port } = await scriptedEndpoint(t, { tls: issuedTls, basic: true }, { hi: { stdout: 'hi' } });
  const { lab, folder } = cliRig(t);
  const ca = path.join(folder, 'ca.pem');
  await writeFile(ca, testAuthority);
  const hi = (more: readonly string[]): ReturnType<typeof lab> =>
    lab(['guest', 'exec', ...login, ...more, at(port, 'winrm'), '--', 'hi'], { environment: secret });
  t.equal((await hi(['--ca', ca])).stdout, 'hi');
  t.equal((await hi(['--ca', ca, '--authentication', 'auto'])).stdout, 'hi');
  t.equal((await hi(['--ca', ca, '--authentication', 'basic'])).stdout, 'hi');
  const stranger = await hi([]);
  t.equal(stranger.exitCode, 3);
  t.match(stranger.stderr, /certificate/);
  t.equal((await hi(['--certificate-sha256', 'cd'.repeat(32)])).exitCode, 3);
});

t.test('what does not fit together', async (t) => {
  const { lab } = cliRig(t);
  const pin = ['--certificate-sha256', 'ab'.repeat(32)];
  for (const [args, complaint] of [
    [[...pin, 'winrm+http://lab@win.test'], /plain HTTP/],
    [['winrm://win.test'], /Nobody is named/],
    [['--user', 'x', 'winrm://y@win.test'], /Two users/],
    [['--certificate-sha256', 'ab'.repeat(20), 'winrm://lab@win.test'], /SHA-1 thumbprint/],
    [['--host-key', 'SHA256:x', 'winrm://lab@win.test'], /is for SSH/],
    [['ssh://lab@win.test'], /give --host-key/],
    [['--host-key', 'md5:x', 'ssh://lab@win.test'], /43 characters/],
    [[...pin, 'ssh://lab@win.test'], /is for WinRM/],
    [['--user', 'x', 'win11'], /No guest named win11 is running/],
  ] as const) {
    const { exitCode, stderr } = await lab(['guest', 'exec', ...login, ...args, '--', 'ver'], { environment: secret });
    t.equal(exitCode, 2, args.join(' '));
    t.match(stderr, complaint);
  }
});

t.test('Ctrl-C in a process of its own', async (t) => {
  const { port } = await scriptedEndpoint(t, {}, { wait: { stdout: 'begun\r\n', endless: true } });
  const { state } = cliRig(t);
  const lab = startLab(['guest', 'exec', ...login, at(port), '--', 'wait'], { state, env: secret });
  await new Promise<void>((resolve) => lab.child.stdout?.once('data', () => resolve()));
  lab.child.kill('SIGINT');
  const { exitCode, stdout, stderr } = await lab.ended;
  t.equal(exitCode, 130);
  t.equal(stdout, 'begun\r\n');
  t.match(stderr, /^Ctrl-C goes to the guest/);
});
