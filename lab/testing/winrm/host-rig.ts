import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import type { WinrmAddress } from '../../core/guest.ts';
import { type RemotePath, remotePath } from '../../core/ids.ts';
import { Secret } from '../../core/secret.ts';
import { systemClock } from '../../host/clock.ts';
import { bundleGuestTool } from '../../toolkit/agent/bundle-guest-tool.ts';
import { winrmTransport } from '../../transports/winrm.ts';
import { startEndpoint } from '../../winrm/endpoint/endpoint.ts';
import { callFor } from '../calls.ts';
import type { TransportRig } from '../contracts/transport-contract.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { hostCommands as commands, quoted } from '../host-commands.ts';
import { hostProcesses } from './host-processes.ts';

const CALL_MS = 60_000;

/** A copier stays for the next copy and is none of the suite's commands: `'node' 'guest-tool.cjs' copy` */
const COPIER = / copy$/;

/** An endpoint over processes of this machine and a transport to it: WinRM on both ends and no guest at all. */
export async function hostRig(t: Test, authentication: WinrmAddress['authentication']): Promise<TransportRig<WinrmAddress>> {
  const folder = await scratchFolder(t);
  const root = path.join(folder, 'guest');
  await mkdir(path.join(root, 'c', 'contract'), { recursive: true });
  const tool = path.join(folder, 'guest-tool.cjs');
  await bundleGuestTool(tool);
  const password = new Secret('pass wörd <&>');
  const processes = hostProcesses({ LAB_GUEST_ROOT: root }, (line) => !COPIER.test(line));
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'Tester', password }],
    processes,
    identity: { osVersion: '10.0.19045', computerName: 'HOST-RIG' },
    allowUnencrypted: authentication === 'basic',
  });
  t.teardown(() => service.close());
  const workingDirectory = path.join(folder, 'working');
  await mkdir(workingDirectory);
  const endpoint: WinrmAddress = {
    transport: 'winrm',
    url: service.url,
    user: 'tester',
    password,
    authentication,
    toolkit: { kind: 'agent', launcher: `${quoted(process.execPath)} ${quoted(tool)}` },
  };
  return {
    transport: winrmTransport({ clock: systemClock }),
    endpoint,
    withPassword: (other) => ({ ...endpoint, password: other }),
    commands,
    folder: remotePath('C:\\contract'),
    workingDirectory: workingDirectory as RemotePath,
    startUpMs: 2000,
    running: async () => {
      // A killed process is gone a moment after its answer.
      for (let waitedMs = 0; processes.running() > 0 && waitedMs < 5000; waitedMs += 20)
        await systemClock.sleep(20, AbortSignal.timeout(CALL_MS));
      return processes.running();
    },
    loseGuest: () => service.close(),
    call: () => callFor(CALL_MS),
  };
}
