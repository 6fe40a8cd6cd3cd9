import type { GuestProcess, GuestProcesses } from '../../core/guest-processes.ts';
import type { PullRoute } from '../../core/guest.ts';
import { Secret } from '../../core/secret.ts';
import { makeHostKey } from '../../ssh/host-key.ts';
import { startSshServer } from '../../ssh/server/ssh-server.ts';
import { startEndpoint } from '../../winrm/endpoint/endpoint.ts';
import { openCall } from '../calls.ts';
import { prepareWine, startBareGuest, wineSpecs } from '../wine-rig.ts';
import { guestTls } from '../winrm/guest-tls.ts';
import { hostProcesses } from '../winrm/host-processes.ts';
import { type EndpointMessage, type EndpointSettings, endpointSettings } from './winrm-endpoint-frames.ts';

// The endpoints of a bench, WinRM over HTTP and HTTPS and SSH before the same processes, in a process of its own as that of a guest is. Started by fork and told on its first message what is
// behind it; it ends with the channel to whoever forked it.

const LOOPBACK = '127.0.0.1';

// Whoever forked it may be gone; then nobody hears.
const say = (message: EndpointMessage): void => void process.send?.(message, undefined, undefined, () => {});
const ends: (() => unknown)[] = [];

/** Tells how long each process takes, from being asked for to the end of its output: what a command costs without WinRM. */
function timed(processes: GuestProcesses): GuestProcesses {
  const followed = async function* followed(output: GuestProcess['output'], startedMs: number): GuestProcess['output'] {
    try {
      yield* output;
    } finally {
      say({ processMs: performance.now() - startedMs });
    }
  };
  return {
    start: async (command) => {
      const startedMs = performance.now();
      const started = await processes.start(command);
      const { exited, write, end, kill } = started;
      return { exited, write, end, kill, output: followed(started.output, startedMs) };
    },
  };
}

interface Behind {
  readonly processes: GuestProcesses;
  readonly pull?: PullRoute;
}

async function behindOf({ behind }: EndpointSettings): Promise<Behind> {
  if (behind.kind === 'processes')
    return { processes: hostProcesses({ LAB_GUEST_ROOT: behind.root }), pull: { listen: { host: LOOPBACK } } };
  const prepared = await prepareWine('auto', openCall());
  const spec = wineSpecs[behind.release];
  const { link, pull } = await startBareGuest({ teardown: (end) => void ends.push(end) }, prepared, spec, openCall());
  return { processes: link, ...(pull ? { pull } : {}) };
}

async function serve(settings: EndpointSettings): Promise<void> {
  const { processes, pull } = await behindOf(settings);
  const user = { name: settings.user, password: new Secret(settings.password) };
  const winrm = {
    host: LOOPBACK,
    port: 0,
    users: [user],
    processes: timed(processes),
    identity: { osVersion: '10.0.26100', computerName: 'BENCH' },
    allowUnencrypted: true,
  };
  const hostKey = makeHostKey();
  const [http, https, ssh] = await Promise.all([
    startEndpoint(winrm),
    startEndpoint({ ...winrm, tls: guestTls }),
    startSshServer({ host: LOOPBACK, port: 0, user, hostKey, processes, sftpProgram: `${settings.launcher} sftp` }),
  ]);
  ends.push(http.close, https.close, ssh.close);
  const sshDoor = { host: ssh.host, port: ssh.port, hostKeySha256: hostKey.sha256 };
  say({ ready: { http: http.url, https: https.url, ssh: sshDoor, ...(pull ? { pull } : {}) } });
}

process.once('message', (message) => {
  serve(endpointSettings.parse(message)).catch((error: unknown) => say({ failed: String(error) }));
});
process.once('disconnect', () => {
  // oxlint-disable-next-line unicorn/no-process-exit -- whatever still runs ends with it
  void Promise.allSettled(ends.map((end) => end())).then(() => process.exit());
});
