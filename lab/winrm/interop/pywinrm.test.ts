import t, { type Test } from 'tap';
import { type ForeignEndpoint, foreignEndpoint } from '../../testing/winrm/foreign-endpoint.ts';
import { without } from '../../testing/winrm/foreign-programs.ts';
import { type PywinrmSettings, pywinrm } from '../../testing/winrm/pywinrm.ts';

const skip = without('pywinrm');

t.setTimeout(120_000);
// Most of it is waiting for commands that take their time.
t.jobs = 3;

/** What every way of logging in must be able to do. */
async function worksWith(t: Test, to: ForeignEndpoint, settings: PywinrmSettings): Promise<void> {
  const told = await pywinrm(
    to,
    { operation_timeout_sec: 1, read_timeout_sec: 10, ...settings },
    `
shell = protocol.open_shell(codepage=65001, working_directory='/usr', env_vars={'GREETING': 'a <b> & "c" ü'})
big = run(shell, 'head -c 700000 /dev/zero')
tell(streams=run(shell, 'echo out; echo err >&2; exit 7'),
     settings=run(shell, 'pwd; echo "$GREETING"'),
     unicode=run(shell, 'echo "héllo 世界 🎈"; echo wörld >&2'),
     arguments=run(shell, 'printf "%s|"', ['"a  b"', "'c;d'", 'e']),
     big=[len(big[0]), set(big[0]) == {chr(0)}, big[1], big[2]],
     slow=run(shell, 'echo a; sleep 2.3; echo b'),
     gone=refused(lambda: (protocol.close_shell(shell), run(shell, 'true'))[1]))
`,
  );
  t.same(told['streams'], ['out\n', 'err\n', 7], 'both streams and the exit code');
  t.same(told['settings'], ['/usr\na <b> & "c" ü\n', '', 0], 'working directory and environment');
  t.same(told['unicode'], ['héllo 世界 🎈\n', 'wörld\n', 0], 'unicode in and out');
  t.same(told['arguments'], ['a  b|c;d|e|', '', 0], 'arguments with blanks');
  t.same(told['big'], [700_000, true, '', 0], 'more output than an envelope holds');
  t.same(told['slow'], ['a\nb\n', '', 0], 'a command that outlasts two operation time-outs');
  t.match(told['gone'], /^WinRMError: .*invalid selectors.*'wsmanfault_code': '2150858843'/, 'a closed shell is a fault with its code');
  t.equal(to.running(), 0, 'nothing is left running');
}

const SHELL_ID = /^[0-9A-F-]{36}$/;
const ATTEMPT = `tell(got=refused(lambda: protocol.open_shell()))`;

t.test('Basic', { skip }, async (t) => {
  const to = await foreignEndpoint(t, { allowUnencrypted: true });
  await worksWith(t, to, { transport: 'plaintext' });
});

t.test('NTLM, sealed', { skip }, async (t) => {
  const to = await foreignEndpoint(t);
  await worksWith(t, to, { transport: 'ntlm', message_encryption: 'always' });
});

t.test('NTLM, not sealed, where that is allowed', { skip }, async (t) => {
  const to = await foreignEndpoint(t, { allowUnencrypted: true });
  await worksWith(t, to, { transport: 'ntlm', message_encryption: 'never' });
});

t.test('HTTPS: Basic', { skip }, async (t) => {
  const to = await foreignEndpoint(t, { tls: true, basic: true });
  await worksWith(t, to, { transport: 'ssl', ca_trust_path: to.authority });
  const { got } = await pywinrm(to, { transport: 'ssl' }, ATTEMPT);
  t.match(got, /^SSLError: .*CERTIFICATE_VERIFY_FAILED/, 'it does not talk to a certificate that nobody it trusts has issued');
});

t.test('HTTPS: long answers, one after another', { skip }, async (t) => {
  const to = await foreignEndpoint(t, { tls: true, basic: true });
  // It sends headers and body apart, and at once when it has read an answer: an endpoint that is still busy with that one must not mind.
  const { lengths } = await pywinrm(
    to,
    { transport: 'ssl', ca_trust_path: to.authority },
    `
shell = protocol.open_shell()
tell(lengths=[len(run(shell, 'head -c 300000 /dev/zero')[0]) for round in range(25)])
`,
  );
  t.same(
    lengths,
    Array.from({ length: 25 }, () => 300_000),
  );
});

t.test('HTTPS: NTLM, bound to the certificate', { skip }, async (t) => {
  const strict = await foreignEndpoint(t, { tls: true, cbtHardening: 'strict' });
  const trusted = { transport: 'ntlm', ca_trust_path: strict.authority };
  await worksWith(t, strict, trusted);
  const got = async (to: ForeignEndpoint, settings: PywinrmSettings): Promise<unknown> => (await pywinrm(to, settings, ATTEMPT))['got'];
  t.match(await got(strict, { ...trusted, message_encryption: 'always' }), SHELL_ID, 'sealed as well, within TLS');
  t.match(
    await got(strict, { ...trusted, send_cbt: false }),
    /^InvalidCredentialsError/,
    'a log-in without the binding is refused where it must be there',
  );
  const relaxed = await foreignEndpoint(t, { tls: true });
  const other = { ...trusted, ca_trust_path: relaxed.authority };
  t.match(await got(relaxed, { ...other, send_cbt: false }), SHELL_ID, 'and taken with Windows’ defaults');
  t.match(await got(relaxed, { ...other, transport: 'ssl' }), /^InvalidCredentialsError/, 'Basic is not, where it was not switched on');
});

t.test('what is refused', { skip }, async (t) => {
  const to = await foreignEndpoint(t);
  const got = async (settings: PywinrmSettings): Promise<unknown> => (await pywinrm(to, settings, ATTEMPT))['got'];
  t.match(await got({ transport: 'plaintext' }), /^InvalidCredentialsError/, 'Basic, where messages must be sealed');
  t.match(await got({ transport: 'ntlm', message_encryption: 'never' }), /^WinRMTransportError: .*Code 500/, 'NTLM without sealing');
  t.match(
    await got({ transport: 'ntlm', message_encryption: 'always', password: 'wrong' }),
    /^InvalidCredentialsError/,
    'a wrong password',
  );
  t.match(
    await got({ transport: 'ntlm', message_encryption: 'always', username: 'HOST\\\\nobody' }),
    /^InvalidCredentialsError/,
    'a wrong user',
  );
});

t.test('users with a domain in front log in, whatever their case', { skip }, async (t) => {
  const to = await foreignEndpoint(t);
  for (const username of ['.\\vagrant', 'foreign\\VAGRANT']) {
    const { got } = await pywinrm(to, { transport: 'ntlm', message_encryption: 'always', username }, ATTEMPT);
    t.match(got, SHELL_ID, username);
  }
});

t.test('cleaning up ends a command that runs', { skip }, async (t) => {
  const to = await foreignEndpoint(t);
  const told = await pywinrm(
    to,
    { transport: 'ntlm', message_encryption: 'always', operation_timeout_sec: 1, read_timeout_sec: 5 },
    `
shell = protocol.open_shell()
command = protocol.run_command(shell, 'echo here; exec sleep 60')
first = protocol._raw_get_command_output(shell, command)
protocol.cleanup_command(shell, command)
protocol.close_shell(shell)
tell(first=[first[0].decode(), first[3]])
`,
  );
  t.same(told['first'], ['here\n', false]);
  for (let waitedMs = 0; to.running() > 0 && waitedMs < 5000; waitedMs += 20) await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(to.running(), 0);
});

t.test('run_ps needs PowerShell', { skip }, async (t) => {
  const to = await foreignEndpoint(t);
  const { said } = await pywinrm(
    to,
    { transport: 'ntlm', message_encryption: 'always' },
    `
from winrm import Session
session = Session(protocol.transport.endpoint, auth=(protocol.username, protocol.password), transport='ntlm', message_encryption='always')
response = session.run_cmd('powershell -encodedcommand ZQBjAGgAbwA=')
tell(said=[response.std_err.decode(), response.status_code])
`,
  );
  t.match(said, [/powershell: not found/, 127]);
});
