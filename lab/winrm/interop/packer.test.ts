import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { type ForeignEndpoint, foreignEndpoint } from '../../testing/winrm/foreign-endpoint.ts';
import { runForeign, without } from '../../testing/winrm/foreign-programs.ts';

const skip = without('packer');

/** Looks for a machine that takes its log-in, for as long as this; the first look comes after five seconds. */
const WAIT_SECONDS = 9;

/** Builds nothing on a machine that is there; returns what Packer said. */
async function packer(to: ForeignEndpoint, how: Readonly<Record<string, unknown>>): Promise<string> {
  const template = {
    builders: [
      {
        type: 'null',
        communicator: 'winrm',
        winrm_host: to.host,
        winrm_port: to.port,
        winrm_username: to.user,
        winrm_password: to.password,
        winrm_timeout: `${WAIT_SECONDS}s`,
        ...how,
      },
    ],
    provisioners: [{ type: 'windows-shell', inline: ['ver'] }],
  };
  const [home, file] = [path.join(to.folder, 'home'), path.join(to.folder, 'template.json')];
  await mkdir(home);
  await writeFile(file, JSON.stringify(template));
  const env = { HOME: home, PACKER_LOG: '1', CHECKPOINT_DISABLE: '1', TMPDIR: home, PACKER_CACHE_DIR: path.join(home, 'cache') };
  const { exitCode, stdout, stderr } = await runForeign('/usr/bin/packer', ['build', '-color=false', file], { env });
  return `exit code ${exitCode}\n${stdout}\n${stderr}`;
}

/** It opens a shell, starts PowerShell in it and reads what became of that; without PowerShell it gets no further. */
async function comesAsFarAsPowerShell(t: Test, to: ForeignEndpoint, how: Readonly<Record<string, unknown>>): Promise<void> {
  const said = await packer(to, how);
  t.match(said, /starting remote command: powershell\.exe -EncodedCommand/, 'it opened a shell and started its check');
  t.match(said, /null: \/bin\/sh: 1: powershell\.exe: not found/, 'it read the error output');
  t.match(said, /' exited with code: 127/, 'and the exit code');
  t.match(said, /Timeout waiting for WinRM/, 'and waits for a PowerShell that answers');
  t.match(said, /^exit code 1$/m);
  t.equal(to.running(), 0);
}

t.test('Packer', { skip, jobs: 4 }, async (t) => {
  t.test('Basic: up to the PowerShell of its communicator', async (t) => {
    await comesAsFarAsPowerShell(t, await foreignEndpoint(t, { allowUnencrypted: true }), {});
  });

  t.test('NTLM, not sealed: as far', async (t) => {
    await comesAsFarAsPowerShell(t, await foreignEndpoint(t, { allowUnencrypted: true }), { winrm_use_ntlm: true });
  });

  t.test('HTTPS: as far', async (t) => {
    await comesAsFarAsPowerShell(t, await foreignEndpoint(t, { tls: true, basic: true }), { winrm_use_ssl: true, winrm_insecure: true });
  });

  t.test('it cannot seal: a guest with Windows’ defaults refuses it', async (t) => {
    const said = await packer(await foreignEndpoint(t), { winrm_use_ntlm: true });
    t.match(said, /\[ERROR\] connection error: .*http error 500|http response error: 500/);
    t.notMatch(said, /starting remote command/);
  });
});
