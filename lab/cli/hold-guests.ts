import type { Call } from '../core/call.ts';
import type { GuestLease } from '../core/guest.ts';
import type { CliContext } from './cli-context.ts';
import { howToReach, howToReachJson } from './how-to-reach.ts';
import { noteGuest } from './running-guests.ts';
import type { Wiring } from './wiring.ts';

/** Tells how to reach guests, leaves notes about them, and waits until the person has had enough or a guest is gone. */
export async function holdGuests(
  leases: readonly GuestLease[],
  wiring: Wiring,
  context: CliContext,
  json: boolean,
  call: Call,
  nameOf = (lease: GuestLease): string => lease.spec.name,
): Promise<void> {
  await using held = new AsyncDisposableStack();
  for (const lease of leases) {
    const name = nameOf(lease);
    held.use(await noteGuest(name, lease, wiring.clock.now(), wiring.folders.state));
    const guest = { name, endpoint: lease.endpoint };
    context.stdout.write(
      json
        ? howToReachJson(guest, lease)
        : howToReach(guest, `${lease.spec.os} ${lease.spec.build}, ${lease.platform}, ${lease.assurance}`),
    );
  }
  if (!json) context.stdout.write('Ctrl-C ends it.\n');
  const ends = leases.map((lease) => lease.lost.then((reason) => `${nameOf(lease)} is gone: ${reason}`));
  const stopped = new Promise<undefined>((resolve) => {
    if (call.signal.aborted) resolve(undefined);
    call.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const end = await Promise.race([stopped, ...ends]);
  if (end !== undefined) context.stderr.write(`${end}\n`);
}
