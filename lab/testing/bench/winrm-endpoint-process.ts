import type { GuestProcess, GuestProcesses } from '../../core/guest-processes.ts';
import { Secret } from '../../core/secret.ts';
import { startEndpoint } from '../../winrm/endpoint/endpoint.ts';
import { openCall } from '../calls.ts';
import { prepareWine, startBareGuest, wineSpecs } from '../wine-rig.ts';
import { guestTls } from '../winrm/guest-tls.ts';
import { hostProcesses } from '../winrm/host-processes.ts';
import { type EndpointMessage, type EndpointSettings, endpointSettings } from './winrm-endpoint-frames.ts';

// An endpoint of a bench, HTTP and HTTPS, in a process of its own as that of a guest is. Started by fork and told on its first message what is
// behind it; it ends with the channel to whoever forked it.

const say = (message: EndpointMessage): void => void process.send?.(message);
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

async function processesOf({ behind }: EndpointSettings): Promise<GuestProcesses> {
  if (behind.kind === 'processes') return hostProcesses({ LAB_GUEST_ROOT: behind.root });
  const prepared = await prepareWine('auto', openCall());
  const { link } = await startBareGuest({ teardown: (end) => void ends.push(end) }, prepared, wineSpecs.win11, openCall());
  return link;
}

async function serve(settings: EndpointSettings): Promise<void> {
  const { user, password } = settings;
  const common = {
    host: '127.0.0.1',
    port: 0,
    users: [{ name: user, password: new Secret(password) }],
    processes: timed(await processesOf(settings)),
    identity: { osVersion: '10.0.26100', computerName: 'BENCH' },
    allowUnencrypted: true,
  };
  const [http, https] = await Promise.all([startEndpoint(common), startEndpoint({ ...common, tls: guestTls })]);
  ends.push(http.close, https.close);
  say({ ready: { http: http.url, https: https.url } });
}

process.once('message', (message) => {
  serve(endpointSettings.parse(message)).catch((error: unknown) => say({ failed: String(error) }));
});
process.once('disconnect', () => {
  // oxlint-disable-next-line unicorn/no-process-exit -- whatever still runs ends with it
  void Promise.allSettled(ends.map((end) => end())).then(() => process.exit());
});
