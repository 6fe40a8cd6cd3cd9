import t from 'tap';
import { ProgramError } from '../core/program-error.ts';
import { type LimiterParts, type Permit, type RateLimiter, makeRateLimiter } from './rate-limiter.ts';
import type { TokenLedger } from './token-ledger.ts';

const never = new AbortController().signal;

/** A clock whose pauses are over as soon as everybody waits. */
class HandClock {
  time = 1_000_000;
  readonly sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  readonly parts: LimiterParts = {
    now: () => this.time,
    random: () => 0.5,
    pause: async (ms, signal) =>
      new Promise((resolve, reject) => {
        this.sleepers.push({ at: this.time + ms, wake: resolve });
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
  };
  /** Moves on to the next moment at which somebody wants to wake. */
  async tick(): Promise<boolean> {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const next = this.sleepers.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined) return false;
    this.sleepers.splice(this.sleepers.indexOf(next), 1);
    this.time = Math.max(this.time, next.at);
    next.wake();
    return true;
  }
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { over: false };
    const watched = work.finally(() => {
      state.over = true;
    });
    watched.catch(() => {});
    while (!state.over && (await this.tick()));
    return watched;
  }
}
const many = async (limiter: RateLimiter, count: number, use: (permit: Permit, index: number) => Promise<void>): Promise<void> => {
  await Promise.all(Array.from({ length: count }, async (_, index) => use(await limiter.acquire(never), index)));
};

t.test('first come, first served, at the pace of the limits', async (t) => {
  const clock = new HandClock();
  const limiter = makeRateLimiter(clock.parts);
  const starts: number[] = [];
  const order: number[] = [];
  await clock.run(
    many(limiter, 100, async (permit, index) => {
      starts.push(clock.time);
      order.push(index);
      await permit.good();
    }),
  );
  t.same(
    order,
    Array.from({ length: 100 }, (_, index) => index),
  );
  t.equal(starts.at(-1)! - starts[0]!, 2_000, '35 at once, 35 after a second, the rest after another one');
});

t.test('no more than four at once', async (t) => {
  const limiter = makeRateLimiter();
  let [flying, most] = [0, 0];
  await many(limiter, 20, async (permit) => {
    flying += 1;
    most = Math.max(most, flying);
    await new Promise((resolve) => setImmediate(resolve));
    flying -= 1;
    await permit.good();
    await permit.bad();
  });
  t.equal(most, 4);
  t.equal(limiter.mode(), 'normal', 'a permit ends once');
});

t.test('when nothing is asked any more, everybody is told why', async (t) => {
  const limiter = makeRateLimiter({ pause: async () => {}, random: () => 0 });
  const problem = new ProgramError('tmdb-unreachable', 'Nobody is there');
  const failing = async (): Promise<void> => {
    for (;;) await (await limiter.acquire(never)).bad(problem);
  };
  await t.rejects(failing(), problem);
  t.equal(limiter.mode(), 'cache-only');
  await t.rejects(limiter.acquire(never), problem);

  const refused = makeRateLimiter({ pause: async () => {}, random: () => 0 });
  const [one, other] = [await refused.acquire(never), await refused.acquire(never)];
  await one.bad(problem);
  await other.refused(3_000_000);
  await t.rejects(refused.acquire(never), { code: 'tmdb-busy' }, 'a pause that was asked for is a reason of its own');
});

t.test('a stop reaches who waits in the queue and who waits for a sleep to end', async (t) => {
  const limiter = makeRateLimiter();
  const held = await Promise.all(Array.from({ length: 4 }, async () => limiter.acquire(never)));
  const stop = new AbortController();
  const waiting = [limiter.acquire(stop.signal), limiter.acquire(stop.signal)];
  const later = limiter.acquire(never);
  stop.abort(new ProgramError('interrupted', 'Stopped'));
  for (const one of waiting) await t.rejects(one, { code: 'interrupted' });
  await held[0]!.good();
  await (await later).good();
  await held[1]!.refused(30_000);
  t.equal(limiter.mode(), 'sleep');
  const asleep = new AbortController();
  const sleeping = limiter.acquire(asleep.signal);
  asleep.abort(new ProgramError('interrupted', 'Stopped'));
  await t.rejects(sleeping, { code: 'interrupted' });
});

t.test('a pause too long to wait for is an error that says how long', async (t) => {
  const clock = new HandClock();
  const limiter = makeRateLimiter(clock.parts);
  await (await limiter.acquire(never)).refused(120_000);
  await t.rejects(limiter.acquire(never), { code: 'tmdb-busy', message: /another 121 s/ });
  clock.time += 120_250;
  await (await limiter.acquire(never)).good();
});

t.test('what the ledger says counts, and what is learnt is told to it', async (t) => {
  const clock = new HandClock();
  const calls: string[] = [];
  const answers: Awaited<ReturnType<TokenLedger['take']>>[] = [
    { kind: 'wait', forMs: 40 },
    { kind: 'paused', until: clock.time + 2_000 },
  ];
  const ledger: TokenLedger = {
    take: async () => answers.shift() ?? { kind: 'taken', token: { number: 3, generation: 1, freeAt: 0 } },
    giveBack: async (token) => void calls.push(`back ${token.number}`),
    pause: async (until) => void calls.push(`pause ${until - clock.time}`),
  };
  const limiter = makeRateLimiter({ ...clock.parts, ledger });
  const start = clock.time;
  const permit = await clock.run(limiter.acquire(never));
  t.equal(clock.time - start, 2_000, 'the pause of another process was kept');
  t.equal(limiter.mode(), 'half-open');
  await permit.refused(5_000);
  t.same(calls, ['back 3', 'pause 5250'], 'the token first, since it is free again');
});
