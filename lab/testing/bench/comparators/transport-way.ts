import type { Endpoint, WinrmAddress } from '../../../core/guest.ts';
import { systemClock } from '../../../host/clock.ts';
import { transports } from '../../../transports/index.ts';
import type { CopyTarget, CopyWay } from './copy-way.ts';

/**
 * Copies with the lab's own transports. Each opening makes a transport of its own, which knows no digest of any local file yet: computing it is
 * part of what is measured. `expects` is how the receipt must say the bytes went.
 */
export const transportWay = (label: string, expects: RegExp, endpointOf: (target: CopyTarget) => Endpoint | string): CopyWay => ({
  label,
  leaves: 'the-file',
  open: async (target, call) => {
    const endpoint = endpointOf(target);
    if (typeof endpoint === 'string') return endpoint;
    const connection = await transports(systemClock).connect(endpoint, call);
    return {
      copy: async (local, to, within) => {
        const { way } = await connection.put(local, to, within);
        if (!expects.test(way)) throw new Error(`${label}: the bytes went another way: ${way}`);
      },
      [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
    };
  },
});

/** The same endpoint without its route back: then the transport pushes. */
export function withoutPull(endpoint: WinrmAddress): WinrmAddress {
  const { pull: route, ...without } = endpoint;
  return route === undefined ? endpoint : without;
}
