import { Secret } from '../../core/secret.ts';
import { startEndpoint } from '../../winrm/endpoint/endpoint.ts';
import { hostProcesses } from '../winrm/host-processes.ts';
import { type HostEndpointAnswer, hostEndpointSettings } from './winrm-host-frames.ts';

// An endpoint in front of this machine's own processes, in a process of its own as the one of a guest is. Started by fork, and told on its first
// message what it is; it ends with the channel to whoever forked it.

process.once('message', (message) => {
  const { user, password, guestRoot } = hostEndpointSettings.parse(message);
  startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: user, password: new Secret(password) }],
    processes: hostProcesses({ LAB_GUEST_ROOT: guestRoot }),
    identity: { osVersion: '10.0.19045', computerName: 'BENCH' },
    allowUnencrypted: true,
  }).then(
    ({ url }) => process.send?.({ http: url } satisfies HostEndpointAnswer),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
      process.disconnect?.();
    },
  );
});
// oxlint-disable-next-line unicorn/no-process-exit -- whatever it still runs ends with it
process.once('disconnect', () => process.exit());
