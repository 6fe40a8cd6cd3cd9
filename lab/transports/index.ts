import type { Clock } from '../core/clock.ts';
import type { Transport } from '../core/transport.ts';
import { sshTransport } from './ssh.ts';
import { winrmTransport } from './winrm.ts';

/** Reaches any guest, each by the transport that its endpoint names. */
export function transports(clock: Clock): Transport {
  const winrm = winrmTransport({ clock });
  const ssh = sshTransport({ clock });
  return {
    connect: (endpoint, call) => {
      switch (endpoint.transport) {
        case 'winrm':
          return winrm.connect(endpoint, call);
        case 'ssh':
          return ssh.connect(endpoint, call);
      }
    },
  };
}
