import t from 'tap';
import { runCommand, runPowershell } from 'winrm-client';
import { type ForeignEndpoint, foreignEndpoint } from '../../testing/winrm/foreign-endpoint.ts';

// The npm package. What it gets wrong is told as facts about it: they are why the lab has a client of its own (docs/adr/0004).

const run = (to: ForeignEndpoint, command: string, user = to.user, password = to.password): Promise<string> =>
  runCommand(command, to.host, user, password, to.port);

t.test('Basic', async (t) => {
  const to = await foreignEndpoint(t, { allowUnencrypted: true });
  t.equal(await run(to, 'echo "a < b & c"'), 'a < b & c');
  t.equal(await run(to, 'printf %s "$0"; echo err >&2 ; exit 7'), '/bin/sh', 'error output and exit code are lost on it');
  t.equal(await run(to, 'echo first; sleep 1; echo second'), 'first', 'so is what comes after its first Receive');
  t.not(await run(to, 'echo héllo'), 'héllo', 'and every character that is not ASCII');
  for (let waitedMs = 0; to.running() > 0 && waitedMs < 5000; waitedMs += 20) await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(to.running(), 0, 'closing its shell ended what still ran');
});

t.test('NTLM, where messages need not be sealed', async (t) => {
  const to = await foreignEndpoint(t, { allowUnencrypted: true });
  t.equal(await run(to, 'echo hello', '.\\vagrant'), 'hello');
  t.equal(await run(to, 'echo hello', 'FOREIGN\\vagrant'), 'hello');
});

t.test('HTTPS', async (t) => {
  const to = await foreignEndpoint(t, { tls: true, basic: true });
  const overTls = (user: string, checked: boolean): Promise<string> =>
    runCommand('echo hello', to.host, user, to.password, to.port, false, true, checked);
  t.equal(await overTls(to.user, false), 'hello', 'Basic');
  t.equal(await overTls('.\\vagrant', false), 'hello', 'NTLM');
  await t.rejects(overTls(to.user, true), /certificate/, 'it can be told no authority: either all of the system’s, or anybody');
});

t.test('what is refused', async (t) => {
  const [sealed, open] = [await foreignEndpoint(t), await foreignEndpoint(t, { allowUnencrypted: true })];
  await t.rejects(run(sealed, 'echo'), /401/, 'Basic, where messages must be sealed');
  await t.rejects(run(sealed, 'echo', '.\\vagrant'), /500/, 'NTLM without sealing');
  await t.rejects(run(open, 'echo', open.user, 'wrong'), /401/, 'Basic with a wrong password');
  await t.rejects(run(open, 'echo', '.\\vagrant', 'wrong'), /401/, 'NTLM with a wrong password');
});

t.test('runPowershell needs PowerShell', async (t) => {
  const to = await foreignEndpoint(t, { allowUnencrypted: true });
  t.match(await runPowershell('echo hello', to.host, to.user, to.password, to.port), 'powershell.exe: not found');
});
