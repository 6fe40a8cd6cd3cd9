import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { cliRig } from '../../testing/cli-rig.ts';
import { type SshHostRig, sshHostRig } from '../../testing/ssh/host-rig.ts';
import { makeKey } from '../../testing/ssh/make-key.ts';
import { scriptedCmd } from '../../testing/winrm/scripted-cmd.ts';
import { isEncrypted } from './reach-guest.ts';

t.setTimeout(120_000);

/** The address and the options by which the command line reaches a rig. */
function reach({ endpoint }: SshHostRig): { readonly target: string; readonly login: readonly string[]; readonly secret: string } {
  if (!('password' in endpoint.login)) throw new Error('the rig logs in by password');
  return {
    target: `ssh://tester@127.0.0.1:${endpoint.port}`,
    login: ['--password-env', 'SECRET', '--host-key', endpoint.hostKeySha256],
    secret: endpoint.login.password.reveal(),
  };
}

t.test('commands on a host with an SSH server', async (t) => {
  const processes = scriptedCmd({
    // What OpenSSH for Windows starts commands with is found out first.
    'echo %OS%$env:OS': { stdout: 'Windows_NT$env:OS\r\n' },
    'chcp 65001>nul&say it': { stdout: 'out', stderr: 'err', exitCode: 5 },
  });
  const { target, login, secret } = reach(await sshHostRig(t, { server: { processes } }));
  const { lab } = cliRig(t);
  const environment = { SECRET: secret };
  t.same(await lab(['guest', 'exec', ...login, target, '--', 'say', 'it'], { environment }), { exitCode: 5, stdout: 'out', stderr: 'err' });
  const stranger = ['--password-env', 'SECRET', '--host-key', `SHA256:${'A'.repeat(43)}`];
  const refused = await lab(['guest', 'exec', ...stranger, target, '--', 'say', 'it'], { environment });
  t.equal(refused.exitCode, 3);
  t.notMatch(refused.stderr, secret);
});

t.test('copies to and from a host with an SSH server', async (t) => {
  const { target, login, secret } = reach(await sshHostRig(t));
  const { lab, folder } = cliRig(t);
  const environment = { SECRET: secret };
  const file = path.join(folder, 'file.txt');
  await writeFile(file, 'over ssh');
  const sent = await lab(['guest', 'copy', ...login, file, `${target}:C:\\contract\\file.txt`], { environment });
  t.equal(sent.exitCode, 0, sent.stderr);
  const fetched = await lab(['guest', 'copy', ...login, `${target}:C:\\contract\\file.txt`, `${file}.back`], { environment });
  t.equal(fetched.exitCode, 0, fetched.stderr);
  t.equal(await readFile(`${file}.back`, 'utf8'), 'over ssh');
});

t.test('a key with a password is told from one without', async (t) => {
  t.equal(isEncrypted(makeKey().privateKey), false);
  t.equal(isEncrypted(makeKey('a passphrase').privateKey), true);
  const { privateKey } = generateKeyPairSync('ed25519');
  t.equal(isEncrypted(privateKey.export({ type: 'pkcs8', format: 'pem' })), false);
  t.equal(isEncrypted(privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })), true);
});
