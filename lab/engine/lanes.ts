import PQueue from 'p-queue';
import type { Call } from '../core/call.ts';

/** Which work may overlap: `guest` lane work overlaps across guests; `host` lane work runs while nothing else does. */
export type Lane = 'guest' | 'host';

export interface Lanes {
  /**
   * Runs `work` when its lane allows. Permits are handed over in the order they were asked for; a waiting `host` job holds back `guest` jobs
   * that come after it, so that neither starves. `alongside` names what else was running at any time meanwhile.
   * Rejects with the call's reason when the call has been aborted before its turn came. Running work has to heed its own signal: the promise
   * settles when the work does, never earlier, so that what follows finds nothing still running.
   */
  readonly run: <T>(lane: Lane, name: string, work: (alongside: ReadonlySet<string>) => Promise<T>, call: Call) => Promise<T>;
  /**
   * Says that `guest` work is still to come. Until this is disposed of, `host` work that is asked for neither begins nor holds anything back: what can
   * overlap is over before the first thing that cannot. Disposing twice is harmless; whoever waits for `host` work himself must have done it.
   */
  readonly expectMore: () => Disposable;
}

/** Lanes for `guests` guests at a time. */
export function createLanes(guests: number): Lanes {
  const guestLane = new PQueue({ concurrency: Math.max(1, guests) });
  const hostLane = new PQueue({ concurrency: 1 });
  const running = new Map<string, Set<string>>();
  const expected = new Set<PromiseWithResolvers<void>>();

  const tracked = async <T>(name: string, work: (alongside: ReadonlySet<string>) => Promise<T>): Promise<T> => {
    const alongside = new Set(running.keys());
    for (const others of running.values()) others.add(name);
    running.set(name, alongside);
    try {
      return await work(alongside);
    } finally {
      running.delete(name);
    }
  };

  return {
    run: async (lane, name, work, call) => {
      // The signal is not given to the queue: it would let go of running work at once, before that has cleaned up.
      const begin = async (): Promise<Awaited<ReturnType<typeof work>>> => {
        call.signal.throwIfAborted();
        return await tracked(name, work);
      };
      if (lane === 'guest') return guestLane.add(begin);
      return hostLane.add(async () => {
        while (expected.size > 0) await Promise.all([...expected].map(({ promise }) => promise));
        guestLane.pause();
        try {
          await guestLane.onPendingZero();
          return await begin();
        } finally {
          guestLane.start();
        }
      });
    },
    expectMore: () => {
      const more = Promise.withResolvers<void>();
      expected.add(more);
      return {
        [Symbol.dispose]: () => {
          expected.delete(more);
          more.resolve();
        },
      };
    },
  };
}
