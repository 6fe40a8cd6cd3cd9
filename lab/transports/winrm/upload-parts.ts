import type { Call } from '../../core/call.ts';
import type { FairBudget } from './fair-budget.ts';
import type { LocalFile } from './file-digests.ts';
import { windowOf } from './copier-pool.ts';
import { sha256Of } from '../../host/hash.ts';
import { type LocalParts, partBytes } from './local-parts.ts';
import type { ByteRange, Incoming, StreamReceiver } from './receiver.ts';

/** What copies of all guests have in common. */
export interface CopyShare {
  readonly parts: LocalParts;
  readonly budget: FairBudget;
}

/**
 * Shells a copy is spread over. Each costs the guest a process, which takes as long to start as some ten megabytes take to travel, so that one is
 * enough for a small file. A second one is there while the other waits for an answer; more pay only where a guest has processors to spare.
 */
export const widthFor = (sizeBytes: number): number =>
  sizeBytes < 16 << 20 ? 1 : sizeBytes < 256 << 20 ? 2 : sizeBytes < 1024 << 20 ? 3 : 4;

/**
 * Runs `work` for each index, `width` at a time, in order. The first failure stops the rest and is thrown when all that had begun is over.
 */
export async function inParallel(
  indices: readonly number[],
  width: number,
  work: (index: number, signal: AbortSignal) => Promise<void>,
  call: Call,
): Promise<void> {
  const waiting = [...indices];
  const failed = new AbortController();
  const signal = AbortSignal.any([call.signal, failed.signal]);
  const worker = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined && !signal.aborted; index = waiting.shift()) await work(index, signal);
  };
  const working = Array.from({ length: Math.min(width, indices.length) }, () =>
    worker().catch((error: unknown) => {
      if (!failed.signal.aborted) failed.abort(error);
    }),
  );
  await Promise.all(working);
  call.signal.throwIfAborted();
  failed.signal.throwIfAborted();
}

/** Sends the parts of a file that the guest does not have, several at a time over several shells, each with its own check. */
export async function uploadParts(
  receiver: StreamReceiver,
  file: LocalFile,
  incoming: Incoming,
  there: readonly (string | null)[],
  share: CopyShare,
  guest: object,
  onArrived: (bytes: number) => void,
  call: Call,
): Promise<void> {
  const width = widthFor(file.sizeBytes);
  const indices = Array.from({ length: share.parts.countOf(file) }, (_, index) => index);
  const sendPart = async (index: number, signal: AbortSignal): Promise<void> => {
    const taken = await share.budget.take(guest, partBytes, signal);
    try {
      if (!(await isThere(file, there, index, share.parts))) {
        const part = await share.parts.encoded(file, index, receiver.partCheck);
        await receiver.part(incoming, index * partBytes, part, width, { ...call, signal });
        part.release();
      }
      onArrived(Math.min(partBytes, file.sizeBytes - index * partBytes));
    } finally {
      taken.giveBack();
    }
  };
  await inParallel(indices, windowOf(width), sendPart, call);
}

/** Whether the guest has a part already: only then is its digest worth computing. */
async function isThere(file: LocalFile, there: readonly (string | null)[], index: number, parts: LocalParts): Promise<boolean> {
  const known = there[index] ?? undefined;
  return known !== undefined && known === sha256Of(await parts.read(file, index));
}

/** A connection each; a few of them keep several streams busy to the end. */
const LONGEST_RANGE_BYTES = 32 << 20;

/** The ranges of a file that the guest does not have, neighbours together. */
export async function missingRanges(file: LocalFile, there: readonly (string | null)[], parts: LocalParts): Promise<readonly ByteRange[]> {
  const ranges: [number, number][] = [];
  for (let index = 0; index < parts.countOf(file); index++) {
    const from = index * partBytes;
    const end = Math.min(from + partBytes, file.sizeBytes);
    if (await isThere(file, there, index, parts)) continue;
    const last = ranges.at(-1);
    if (last && last[1] === from && end - last[0] <= LONGEST_RANGE_BYTES) last[1] = end;
    else ranges.push([from, end]);
  }
  return ranges;
}
