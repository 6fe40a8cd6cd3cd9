import type { Call } from '../../core/call.ts';
import { type RemotePath, remotePath } from '../../core/ids.ts';
import type { Toolkit } from '../../core/toolkit.ts';
import type { Connection } from '../../core/transport.ts';
import { systemClock } from '../../host/clock.ts';
import { toolkitFor } from '../../toolkit/index.ts';
import { transports } from '../../transports/index.ts';
import type { CopyTarget, CopyWay } from './comparators/copy-way.ts';
import { verifyCopy } from './comparators/verify-copy.ts';
import { rotated } from './measurement.ts';
import { type CpuSeconds, cpuBetween, cpuSoFar } from './winrm-cpu.ts';
import { type Payload, headOf } from './winrm-payloads.ts';
import { benchFolder } from './winrm-targets.ts';

/** The same bytes to the same targets, in several ways. */
export interface CopyRace {
  readonly heading: string;
  readonly payload: Payload;
  /** All get the bytes at the same time. */
  readonly targets: readonly CopyTarget[];
  readonly ways: readonly CopyWay[];
}

/** How a way was gone once. */
export interface Lap {
  /** Of all targets together. */
  readonly megabytesPerSecond: number;
  /** For every 100 MB of one target; absent where the system does not tell. */
  readonly cpu?: CpuSeconds;
}

/** Each way's laps, one a round; or why it cannot be gone. */
export type CopyFigures = ReadonlyMap<CopyWay, readonly Lap[] | string>;

/** Keeps a connection to each target for what is done beside the measuring. */
export class CopyReferee implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #desks = new Map<CopyTarget, { readonly connection: Connection; readonly toolkit: Toolkit }>();
  #copies = 0;

  /** Also makes the folder that is copied to. */
  async admit(target: CopyTarget, call: Call): Promise<void> {
    const connection = this.#stack.use(await transports(systemClock).connect(target.http, call));
    const toolkit = toolkitFor(target.http.toolkit, connection);
    await toolkit.makeTree(benchFolder, [{ path: 'made.txt', text: '' }], call);
    this.#desks.set(target, { connection, toolkit });
  }

  /** A name no copy had before. */
  freshName(): RemotePath {
    this.#copies += 1;
    return remotePath(`${benchFolder}\\copy-${this.#copies}.bin`);
  }

  /** Verifies what was copied and removes it. */
  async judge(target: CopyTarget, way: CopyWay, to: RemotePath, sha256: string, call: Call): Promise<void> {
    const desk = this.#desks.get(target);
    if (!desk) throw new Error(`${target.name} was not admitted`);
    await verifyCopy(desk.connection, target.http, { way, to, sha256 }, call);
    await desk.toolkit.remove(to, call);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** Runs one round of a race: each way once, beginning with another one each round. Connections are open before the clock starts. */
export async function copyRound(race: CopyRace, round: number, referee: CopyReferee, call: Call): Promise<Map<CopyWay, Lap | string>> {
  const results = new Map<CopyWay, Lap | string>();
  for (const way of rotated(race.ways, round)) results.set(way, await copyOnce(race, way, referee, call));
  return results;
}

async function copyOnce({ payload, targets }: CopyRace, way: CopyWay, referee: CopyReferee, call: Call): Promise<Lap | string> {
  const piece = way.mostBytes === undefined ? payload : await headOf(payload, way.mostBytes);
  await using stack = new AsyncDisposableStack();
  const jobs = [];
  for (const target of targets) {
    const opened = await way.open(target, call);
    if (typeof opened === 'string') return opened;
    jobs.push({ target, opened: stack.use(opened), to: referee.freshName() });
  }
  const before = targets.map(({ pid }) => cpuSoFar(pid));
  const startedMs = performance.now();
  await Promise.all(jobs.map(({ opened, to }) => opened.copy(piece.path, to, call)));
  const seconds = (performance.now() - startedMs) / 1000;
  const after = targets.map(({ pid }) => cpuSoFar(pid));
  await Promise.all(jobs.map(({ target, to }) => referee.judge(target, way, to, piece.sha256, call)));
  const copiedBytes = piece.sizeBytes * targets.length;
  const cpu = cpuPer100Mb(before, after, copiedBytes);
  return { megabytesPerSecond: copiedBytes / 1e6 / seconds, ...(cpu === undefined ? {} : { cpu }) };
}

/** The lab's time is the same whichever endpoint is looked at beside it; that of endpoints and guests adds up. */
function cpuPer100Mb(
  before: readonly (CpuSeconds | undefined)[],
  after: readonly (CpuSeconds | undefined)[],
  copiedBytes: number,
): CpuSeconds | undefined {
  const spent = before.map((from, at) => {
    const to = after[at];
    return from && to ? cpuBetween(from, to) : undefined;
  });
  const sides = spent.filter((side) => side !== undefined);
  const [first] = sides;
  if (first === undefined || sides.length < spent.length) return undefined;
  const per = 1e8 / copiedBytes;
  const sum = (side: keyof CpuSeconds): number => sides.reduce((total, one) => total + one[side], 0) * per;
  return { lab: first.lab * per, endpoint: sum('endpoint'), guest: sum('guest') };
}

/** Collects rounds by way. A way that could not be gone once has no figures. */
export function collected(rounds: readonly ReadonlyMap<CopyWay, Lap | string>[]): CopyFigures {
  const figures = new Map<CopyWay, readonly Lap[] | string>();
  for (const round of rounds) {
    for (const [way, value] of round) {
      const before = figures.get(way) ?? [];
      figures.set(way, typeof before === 'string' ? before : typeof value === 'string' ? value : [...before, value]);
    }
  }
  return figures;
}
