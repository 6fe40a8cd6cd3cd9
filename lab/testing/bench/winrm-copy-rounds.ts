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

/** Throughput of each way, a value a round, in MB/s of all targets together; or why it cannot be gone. */
export type CopyFigures = ReadonlyMap<CopyWay, readonly number[] | string>;

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
export async function copyRound(race: CopyRace, round: number, referee: CopyReferee, call: Call): Promise<Map<CopyWay, number | string>> {
  const results = new Map<CopyWay, number | string>();
  for (const way of rotated(race.ways, round)) results.set(way, await copyOnce(race, way, referee, call));
  return results;
}

async function copyOnce({ payload, targets }: CopyRace, way: CopyWay, referee: CopyReferee, call: Call): Promise<number | string> {
  const piece = way.mostBytes === undefined ? payload : await headOf(payload, way.mostBytes);
  await using stack = new AsyncDisposableStack();
  const jobs = [];
  for (const target of targets) {
    const opened = await way.open(target, call);
    if (typeof opened === 'string') return opened;
    jobs.push({ target, opened: stack.use(opened), to: referee.freshName() });
  }
  const startedMs = performance.now();
  await Promise.all(jobs.map(({ opened, to }) => opened.copy(piece.path, to, call)));
  const seconds = (performance.now() - startedMs) / 1000;
  await Promise.all(jobs.map(({ target, to }) => referee.judge(target, way, to, piece.sha256, call)));
  return (piece.sizeBytes * targets.length) / 1e6 / seconds;
}

/** Collects rounds by way. A way that could not be gone once has no figures. */
export function collected(rounds: readonly ReadonlyMap<CopyWay, number | string>[]): CopyFigures {
  const figures = new Map<CopyWay, readonly number[] | string>();
  for (const round of rounds) {
    for (const [way, value] of round) {
      const before = figures.get(way) ?? [];
      figures.set(way, typeof before === 'string' ? before : typeof value === 'string' ? value : [...before, value]);
    }
  }
  return figures;
}
