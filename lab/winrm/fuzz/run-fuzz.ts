import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FuzzCase, FuzzTarget } from './fuzz-target.ts';
import { Random } from './random.ts';
import { shrink } from './shrink.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** Mutated messages to send at least. */
  readonly messages: number;
  /** Number of the first case; others than 0 are for running a finding again. */
  readonly firstCase?: number;
  /** A case that takes longer hangs. Default 30 s. */
  readonly caseLimitMs?: number;
  /** Told now and then how many messages were sent. */
  readonly onProgress?: (sent: number) => void;
}

/** Something that is wrong, with the smallest case found that shows it. */
export interface FuzzFinding {
  readonly problem: string;
  /** Number of the case: with the seed, all it takes to make it again. */
  readonly index: number;
  readonly smallest: FuzzCase;
}

export interface FuzzResult {
  readonly target: string;
  readonly cases: number;
  /** Mutated ones that were really sent. */
  readonly messages: number;
  readonly durationMs: number;
  /** How much more was held after the last case than after the first tenth. */
  readonly heapGrowthBytes: number;
  readonly finding: FuzzFinding | undefined;
}

/** Several times what a client is held up at worst, on a machine that has other things to do. */
const CASE_LIMIT_MS = 30_000;
const BATCH = 256;
/** Cases for each mutated message that is wanted, at most: a target that sends none must come to an end as well. */
const MOST_CASES_FOR_ONE = 4;
/** Enough of a problem to tell it from another: its first words. */
const TELLING_CHARACTERS = 24;
/** What is compiled and cached on the way came to less than half of it. */
const MOST_HEAP_GROWTH_BYTES = 48 << 20;

/** Sends so many mutated messages to a target. Stops at the first thing that is wrong and cuts it down. */
export async function runFuzz(target: FuzzTarget, options: FuzzOptions): Promise<FuzzResult> {
  const strays = new Strays();
  const startedMs = performance.now();
  const { seed, messages: wanted, firstCase = 0, caseLimitMs = CASE_LIMIT_MS, onProgress = () => {} } = options;
  const made = (index: number): FuzzCase => target.make(Random.of(seed, target.name, index));
  const judged = (one: FuzzCase): Promise<string | undefined> => judge(target, one, strays, caseLimitMs);
  const before = target.mutated();
  let sent = 0;
  let index = firstCase;
  let heapBytes: number | undefined;
  let finding: FuzzFinding | undefined;
  try {
    while (sent < wanted && index - firstCase < wanted * MOST_CASES_FOR_ONE + BATCH && finding === undefined) {
      const batch = Array.from({ length: BATCH }, (_, offset) => ({ index: index + offset, one: made(index + offset) }));
      index += BATCH;
      const problems = await abreast(batch, target.atOnce, ({ one }) => judged(one));
      sent = target.mutated() - before;
      const at = problems.findIndex((problem) => problem !== undefined);
      const culprit = batch[at];
      if (culprit) finding = await cutDown({ ...culprit, problem: problems[at] ?? '' }, judged);
      finding ??= await unwell(target, batch, judged);
      if (heapBytes === undefined && sent >= wanted / 10) heapBytes = heldBytes();
      onProgress(sent);
    }
    const heapGrowthBytes = heldBytes() - (heapBytes ?? 0);
    if (heapGrowthBytes > MOST_HEAP_GROWTH_BYTES)
      finding ??= { problem: `${heapGrowthBytes} bytes more are held`, index, smallest: { about: 'all of them together', messages: [] } };
    return {
      target: target.name,
      cases: index - firstCase,
      messages: sent,
      durationMs: performance.now() - startedMs,
      heapGrowthBytes,
      finding,
    };
  } finally {
    strays.stop();
  }
}

/** Errors that nobody waits for, which would end a process. */
class Strays {
  readonly #seen: unknown[] = [];
  readonly #take = (error: unknown): void => void this.#seen.push(error);

  constructor() {
    process.on('unhandledRejection', this.#take);
    process.on('uncaughtException', this.#take);
  }

  /** What came since it was last asked. */
  taken(): string | undefined {
    const [first] = this.#seen.splice(0);
    return first === undefined ? undefined : `nobody caught: ${described(first)}`;
  }

  stop(): void {
    process.off('unhandledRejection', this.#take);
    process.off('uncaughtException', this.#take);
  }
}

const described = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

async function judge(target: FuzzTarget, one: FuzzCase, strays: Strays, limitMs: number): Promise<string | undefined> {
  const limit = Promise.withResolvers<string>();
  const timer = setTimeout(() => limit.resolve(`nothing came of it within ${limitMs} ms`), limitMs);
  const sent = target.send(one).catch((error: unknown) => described(error));
  const problem = await Promise.race([sent, limit.promise]);
  clearTimeout(timer);
  return problem ?? strays.taken();
}

/** All of them, so many at a time, results in their order. */
async function abreast<T, R>(list: readonly T[], atOnce: number, work: (one: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const rest = list.entries();
  const worker = async (): Promise<void> => {
    for (const [at, one] of rest) results[at] = await work(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

async function cutDown(
  { index, one, problem }: { readonly index: number; readonly one: FuzzCase; readonly problem: string },
  judged: (one: FuzzCase) => Promise<string | undefined>,
): Promise<FuzzFinding> {
  const again = await judged(one);
  if (again === undefined) return { problem: `${problem}\n(not when it is sent alone)`, index, smallest: one };
  // What is cut down must not slip from one problem into another.
  const same = (other: string | undefined): boolean => other?.slice(0, TELLING_CHARACTERS) === again.slice(0, TELLING_CHARACTERS);
  return { problem, index, smallest: await shrink(one, async (smaller) => same(await judged(smaller))) };
}

/** What is wrong once a batch is through: then its cases are sent again one by one until one of them did it. */
async function unwell(
  target: FuzzTarget,
  batch: readonly { readonly index: number; readonly one: FuzzCase }[],
  judged: (one: FuzzCase) => Promise<string | undefined>,
): Promise<FuzzFinding | undefined> {
  const healthy: FuzzCase = { about: 'a healthy life afterwards', messages: [] };
  const check = (): Promise<string | undefined> => target.checkHealth().catch((error: unknown) => described(error));
  const problem = await check();
  if (problem === undefined) return undefined;
  for (const { index, one } of batch) {
    await judged(one);
    const now = await check();
    if (now !== undefined)
      return { problem: now, index, smallest: await shrink(one, async (smaller) => (await judged(smaller), await check()) !== undefined) };
  }
  return { problem: `${problem}\n(not when the batch is sent one by one)`, index: batch[0]?.index ?? 0, smallest: healthy };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is held on to, on the heap and in buffers, once all garbage is gone. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
