import type { Clock } from '../core/clock.ts';
import type { SshAddress } from '../core/guest.ts';
import type { Transport } from '../core/transport.ts';

export interface SshTransportOptions {
  readonly clock: Clock;
}

/** Reaches guests over SSH. */
export function sshTransport(_options: SshTransportOptions): Transport<SshAddress> {
  return { connect: () => Promise.reject(new Error('being written')) };
}
