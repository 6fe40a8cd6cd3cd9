import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Test } from 'tap';
import type { SshAddress } from '../../core/guest.ts';
import type { RemotePath } from '../../core/ids.ts';
import { Secret } from '../../core/secret.ts';
import { systemClock } from '../../host/clock.ts';
import { fingerprintOf } from '../../ssh/host-key.ts';
import { sshTransport } from '../../transports/ssh.ts';
import { callFor } from '../calls.ts';
import type { TransportRig } from '../contracts/transport-contract.ts';
import { hostCommands, quoted } from '../host-commands.ts';
import { processTree } from '../host-processes.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { makeKey, writeKey } from './make-key.ts';

const SSHD = '/usr/sbin/sshd';
const CALL_MS = 60_000;
/** sshd refuses to start as root without it. */
const PRIVILEGE_FOLDER = '/run/sshd';

export interface SshdRig extends TransportRig<SshAddress> {
  /** Settings of sshd_config on top of the rig's own. */
  readonly restart: (settings: readonly string[]) => Promise<void>;
}

/**
 * A real `sshd` as an ordinary process of this user, on a port of loopback and with nothing but scratch files, and a transport to it. Commands run in
 * this machine's shell, and files are moved by OpenSSH's own `sftp-server`.
 */
export async function sshdRig(t: Test, ...settings: readonly string[]): Promise<SshdRig> {
  const folder = await scratchFolder(t);
  const [hostKey, key] = [makeKey(), makeKey('open sesame')];
  await writeKey(path.join(folder, 'host_key'), hostKey);
  await writeFile(path.join(folder, 'authorized_keys'), `${key.publicKey}\n`, { mode: 0o600 });
  // What the embedded guest's tool answers, for paths of this machine.
  const tool = path.join(folder, 'tool.cjs');
  await writeFile(
    tool,
    `const { path } = JSON.parse(Buffer.from(process.argv[3], 'base64url'));
     const fs = require('fs');
     const file = path.replaceAll('\\\\', '/');
     if (!fs.existsSync(file)) console.log(JSON.stringify({ exists: false }));
     else {
       const bytes = fs.readFileSync(file);
       console.log(JSON.stringify({ exists: true, sizeBytes: bytes.length, sha256: require('crypto').createHash('sha256').update(bytes).digest('hex') }));
     }`,
  );
  const contract = path.join(folder, 'contract');
  await mkdir(contract);
  const port = await freePort();
  const server = await startSshd(folder, port, settings);
  t.teardown(() => server.stop());
  const endpoint: SshAddress = {
    transport: 'ssh',
    host: '127.0.0.1',
    port,
    user: os.userInfo().username,
    login: { privateKey: new Secret(key.privateKey), passphrase: new Secret('open sesame') },
    hostKeySha256: fingerprintOf(Buffer.from(hostKey.publicKey.split(' ')[1] ?? '', 'base64')),
    toolkit: { kind: 'agent', launcher: `${quoted(process.execPath)} ${quoted(tool)}` },
  };
  let current = server;
  return {
    transport: sshTransport({ clock: systemClock }),
    endpoint,
    withPassword: (password) => ({ ...endpoint, login: { password } }),
    commands: { ...hostCommands, exit: (code) => ({ line: `/bin/sh -c 'exit ${code}'`, shell: 'none' }) },
    folder: contract as RemotePath,
    workingDirectory: contract as RemotePath,
    startUpMs: 2000,
    wideExitCodes: false,
    loseGuest: () => current.stop(),
    restart: async (others) => {
      await current.stop();
      current = await startSshd(folder, port, others);
      t.teardown(() => current.stop());
    },
    call: () => callFor(CALL_MS),
  };
}

async function startSshd(folder: string, port: number, settings: readonly string[]): Promise<{ readonly stop: () => Promise<void> }> {
  const config = path.join(folder, 'sshd_config');
  const own = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${path.join(folder, 'host_key')}`,
    `AuthorizedKeysFile ${path.join(folder, 'authorized_keys')}`,
    `PidFile ${path.join(folder, 'pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PrintMotd no',
    ...(settings.some((line) => line.startsWith('Subsystem ')) ? [] : ['Subsystem sftp /usr/lib/openssh/sftp-server']),
  ];
  // The first value of a keyword counts.
  await writeFile(config, `${[...settings, ...own].join('\n')}\n`);
  const made = process.getuid?.() === 0 ? await mkdir(PRIVILEGE_FOLDER, { recursive: true, mode: 0o755 }) : undefined;
  const log = path.join(folder, 'sshd.log');
  const server = spawn(SSHD, ['-D', '-f', config, '-E', log], { stdio: 'ignore' });
  const gone = once(server, 'exit');
  gone.catch(() => {});
  try {
    await Promise.race([listening(port), gone.then(() => Promise.reject(new Error('it ended')))]);
  } catch (error) {
    if (made !== undefined) await rm(made, { recursive: true, force: true });
    throw new Error(`sshd did not start: ${await readFile(log, 'utf8').catch(() => '')}`, { cause: error });
  }
  return {
    stop: async () => {
      // Its connections are processes of their own and would live on.
      const all = (await processTree(server.pid ?? Number.NaN)).map(({ pid }) => pid);
      for (const pid of [server.pid ?? Number.NaN, ...all]) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended.
        }
      }
      await gone.catch(() => {});
      if (made !== undefined) await rm(made, { recursive: true, force: true });
    },
  };
}

async function listening(port: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
    const socket = connect({ host: '127.0.0.1', port });
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await wait(20);
    } finally {
      socket.destroy();
    }
  }
  throw new Error('nothing listens');
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
