import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import type { SshAddress } from '../../core/guest.ts';
import { type RemotePath, remotePath } from '../../core/ids.ts';
import { Secret } from '../../core/secret.ts';
import { systemClock } from '../../host/clock.ts';
import { makeHostKey } from '../../ssh/host-key.ts';
import type { SshServer, SshServerOptions } from '../../ssh/server/ssh-server.ts';
import { startSshServer } from '../../ssh/server/ssh-server.ts';
import { bundleGuestTool } from '../../toolkit/agent/bundle-guest-tool.ts';
import { type SshTransportOptions, sshTransport } from '../../transports/ssh.ts';
import { callFor } from '../calls.ts';
import type { TransportRig } from '../contracts/transport-contract.ts';
import { hostCommands, quoted } from '../host-commands.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { hostProcesses } from '../winrm/host-processes.ts';

const CALL_MS = 60_000;
/** It stays for the next copy and is none of the suite's commands: `'node' 'guest-tool.cjs' sftp` */
const FILE_SERVER = / sftp$/;

export interface SshHostRig extends TransportRig<SshAddress> {
  readonly server: SshServer;
  /** The folder of this machine that stands for the guest's drives. */
  readonly root: string;
}

/** A server over processes of this machine and a transport to it: SSH on both ends and no guest at all. */
export async function sshHostRig(
  t: Test,
  settings: { readonly server?: Partial<SshServerOptions>; readonly transport?: Partial<SshTransportOptions> } = {},
): Promise<SshHostRig> {
  const folder = await scratchFolder(t);
  const root = path.join(folder, 'guest');
  await mkdir(path.join(root, 'c', 'contract'), { recursive: true });
  const tool = path.join(folder, 'guest-tool.cjs');
  await bundleGuestTool(tool);
  const launcher = `${quoted(process.execPath)} ${quoted(tool)}`;
  const password = new Secret('pass wörd <&>');
  const processes = hostProcesses({ LAB_GUEST_ROOT: root }, (line) => !FILE_SERVER.test(line));
  const hostKey = makeHostKey();
  const server = await startSshServer({
    host: '127.0.0.1',
    port: 0,
    hostKey,
    user: { name: 'Tester', password },
    processes,
    sftpProgram: `${launcher} sftp`,
    ...settings.server,
  });
  t.teardown(() => server.close());
  const workingDirectory = path.join(folder, 'working');
  await mkdir(workingDirectory);
  const endpoint: SshAddress = {
    transport: 'ssh',
    host: server.host,
    port: server.port,
    user: 'tester',
    login: { password },
    hostKeySha256: hostKey.sha256,
    toolkit: { kind: 'agent', launcher },
  };
  return {
    server,
    root,
    transport: sshTransport({ clock: systemClock, ...settings.transport }),
    endpoint,
    withPassword: (other) => ({ ...endpoint, login: { password: other } }),
    commands: hostCommands,
    folder: remotePath('C:\\contract'),
    workingDirectory: workingDirectory as RemotePath,
    startUpMs: 2000,
    running: async () => {
      // A killed process is gone a moment after its answer.
      for (let waitedMs = 0; processes.running() > 0 && waitedMs < 5000; waitedMs += 20)
        await systemClock.sleep(20, AbortSignal.timeout(CALL_MS));
      return processes.running();
    },
    loseGuest: () => server.close(),
    call: () => callFor(CALL_MS),
  };
}
