import { closeSync, mkdirSync, write } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { httpGet } from './http-get.ts';
import { openForParts, temporaryOf } from './incoming-file.ts';
import { Refusal, toRefusal } from './refusal.ts';
import { RunningDigest } from './running-digest.ts';

type Given = Readonly<Record<string, unknown>>;

/** Tries of one range, each going on where the last one broke off. */
const MOST_TRIES = 4;
const MOST_PROBE_BYTES = 64 << 10;
const MOST_STREAMS = 8;
const MOST_RANGES = 20_000;

const writeSome = promisify(write);

/** `probe`: fetches a few bytes, to see whether this host can be reached at all. */
export async function probeUrl(given: Given): Promise<{ readonly payload: Buffer }> {
  const timeoutMs = Number(given['timeoutMs']);
  if (!(timeoutMs > 0 && timeoutMs <= 60_000)) throw new Refusal('bad-request', 'probe needs a timeoutMs');
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  const onBytes = (bytes: Buffer): void => {
    sizeBytes += bytes.length;
    if (sizeBytes > MOST_PROBE_BYTES) throw new Refusal('too-large', 'the answer is too large');
    parts.push(Buffer.from(bytes));
  };
  await httpGet({ url: urlOf(given), signal: AbortSignal.timeout(timeoutMs), onBytes }).catch((error: unknown) => {
    throw unreachable(error);
  });
  return { payload: Buffer.concat(parts) };
}

/**
 * `fetch`: fetches ranges of a file by HTTP to their places, at most `streams` at a time. A connection that breaks is taken up where it broke. What
 * arrived is judged by `finish`.
 */
export async function fetchUrl(given: Given): Promise<Record<string, never>> {
  const url = urlOf(given);
  const { temporary, sizeBytes } = temporaryOf(given);
  const waiting = rangesOf(given, sizeBytes);
  mkdirSync(path.dirname(temporary), { recursive: true });
  const file = openForParts(temporary);
  const stop = new AbortController();
  const digest = new RunningDigest(temporary);
  const work = async (): Promise<void> => {
    for (let range = waiting.shift(); range !== undefined; range = waiting.shift()) await fetchRange(url, file, range, digest, stop.signal);
  };
  try {
    const streams = Math.max(1, Math.min(Number(given['streams'] ?? 1), MOST_STREAMS));
    const working = Array.from({ length: streams }, () =>
      work().catch((error: unknown) => {
        stop.abort();
        throw error;
      }),
    );
    await Promise.allSettled(working);
    await Promise.all(working);
    digest.keep(file);
    return {};
  } finally {
    closeSync(file);
  }
}

type Range = readonly [from: number, end: number];

function rangesOf({ ranges }: Given, sizeBytes: number): Range[] {
  const inside = (range: unknown): range is Range =>
    Array.isArray(range) &&
    range.length === 2 &&
    range.every((value) => Number.isSafeInteger(value)) &&
    range[0] >= 0 &&
    range[0] < range[1] &&
    range[1] <= sizeBytes;
  if (!Array.isArray(ranges) || ranges.length > MOST_RANGES || !ranges.every(inside))
    throw new Refusal('bad-request', 'ranges must be pairs of offsets in the file');
  return [...ranges];
}

function urlOf({ url }: Given): string {
  // http://127.0.0.1:8098/a1b2/…
  if (typeof url !== 'string' || !/^http:\/\/[^\s]{1,500}$/.test(url)) throw new Refusal('bad-request', 'not an HTTP address');
  return url;
}

async function fetchRange(url: string, file: number, [from, end]: Range, digest: RunningDigest, stop: AbortSignal): Promise<void> {
  const arrived = { upTo: from };
  const place = async (bytes: Buffer): Promise<void> => {
    const at = arrived.upTo;
    arrived.upTo += bytes.length;
    // Written on a thread of its own, while the bytes are hashed here.
    const written = writeAll(file, bytes, at);
    digest.add(bytes, at);
    await written;
  };
  for (let tries = 1; arrived.upTo < end; tries++) {
    try {
      await httpGet({ url, range: [arrived.upTo, end], signal: stop, onBytes: place });
    } catch (error) {
      if (stop.aborted || tries >= MOST_TRIES || error instanceof Refusal) throw unreachable(error);
    }
  }
}

async function writeAll(file: number, bytes: Buffer, at: number): Promise<void> {
  try {
    for (let done = 0; done < bytes.length;) done += (await writeSome(file, bytes, done, bytes.length - done, at + done)).bytesWritten;
  } catch (error) {
    throw toRefusal(error);
  }
}

/** What the network said, as a refusal. */
const unreachable = (error: unknown): Refusal =>
  error instanceof Refusal ? error : new Refusal('unreachable', error instanceof Error ? error.message : String(error));
