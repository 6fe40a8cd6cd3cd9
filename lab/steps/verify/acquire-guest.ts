import PQueue from 'p-queue';
import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import { LabError } from '../../core/error.ts';
import type { LabEvent } from '../../core/event.ts';
import type { GuestLease, GuestSpec, LeaseOwner, Provider, ToolkitKind } from '../../core/guest.ts';
import type { Toolkit } from '../../core/toolkit.ts';
import type { Connection, Transport } from '../../core/transport.ts';
import { callWithin } from '../../engine/deadline.ts';

export interface AcquireParts {
  readonly clock: Clock;
  readonly emit: (event: LabEvent) => void;
  readonly transport: Transport;
  readonly toolkitFor: (kind: ToolkitKind, connection: Connection) => Toolkit;
  readonly limitMs: number;
  /** Called as soon as there is something to release. */
  readonly onAcquired: (lease: GuestLease) => void;
}

const serialQueues = new Map<Provider, PQueue>();

/** Providers say which operations must not overlap on one host; those wait in line here. */
function inLine<T>(provider: Provider, operation: 'acquire' | 'release', work: () => Promise<T>): Promise<T> {
  if (!provider.serial.includes(operation)) return work();
  let queue = serialQueues.get(provider);
  if (queue === undefined) serialQueues.set(provider, (queue = new PQueue({ concurrency: 1 })));
  return queue.add(work);
}

/**
 * Makes a guest and has it answer: it counts as ready when it has said what it is over the wire, and is what was asked for. Throws otherwise;
 * a guest that had come up was given to `onAcquired` before.
 */
export async function acquireGuest(
  spec: GuestSpec,
  provider: Provider,
  owner: LeaseOwner,
  parts: AcquireParts,
  call: Call,
): Promise<GuestLease> {
  const { clock, emit } = parts;
  emit({ type: 'guest-acquiring', guest: spec.name });
  const startedMs = clock.monotonicMs();
  using timed = callWithin(parts.limitMs, `starting guest ${spec.name}`, clock, call);
  const onNotice = (message: string): void => emit({ type: 'warning', code: 'guest-waits', message, guest: spec.name });
  const lease = await inLine(provider, 'acquire', () => provider.acquire(spec, owner, timed, onNotice));
  parts.onAcquired(lease);
  await using connection = await parts.transport.connect(lease.endpoint, timed);
  const guest = await parts.toolkitFor(lease.endpoint.toolkit, connection).describe(timed);
  if (guest.osVersion.split('.')[2] !== String(spec.build)) {
    throw LabError.of('run.wrong-guest', { guest: spec.name, expected: spec.build, actual: guest.osVersion });
  }
  emit({
    type: 'guest-ready',
    guest: spec.name,
    assurance: lease.assurance,
    isolation: lease.isolation,
    platform: lease.platform,
    osVersion: guest.osVersion,
    productName: guest.productName,
    durationMs: clock.monotonicMs() - startedMs,
  });
  if (lease.isolation === 'none') {
    const message = `${spec.name} is NOT walled off from this machine (\`lab doctor\` says why). What needs a clean machine stays inconclusive.`;
    emit({ type: 'warning', code: 'not-isolated', message, guest: spec.name });
  }
  return lease;
}

/** Releases a guest and says so. */
export async function releaseGuest(lease: GuestLease, provider: Provider, parts: Pick<AcquireParts, 'clock' | 'emit'>): Promise<void> {
  const startedMs = parts.clock.monotonicMs();
  await inLine(provider, 'release', async () => {
    await lease[Symbol.asyncDispose]();
  });
  parts.emit({ type: 'guest-released', guest: lease.spec.name, kept: false, durationMs: parts.clock.monotonicMs() - startedMs });
}
