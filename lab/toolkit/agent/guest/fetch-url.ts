import { closeSync, mkdirSync, writeSync } from 'node:fs';
import { type IncomingMessage, get } from 'node:http';
import path from 'node:path';
import { openForParts, temporaryOf } from './incoming-file.ts';
import { Refusal } from './refusal.ts';

type Given = Readonly<Record<string, unknown>>;

/** Silence after which a connection is given up. */
const SILENCE_MS = 20_000;
/** Tries of one range, each going on where the last one broke off. */
const MOST_TRIES = 4;
const MOST_PROBE_BYTES = 64 << 10;
const MOST_STREAMS = 8;
const MOST_RANGES = 20_000;

/** `probe`: fetches a few bytes, to see whether this host can be reached at all. */
export async function probeUrl(given: Given): Promise<{ readonly payload: Buffer }> {
  const timeoutMs = Number(given['timeoutMs']);
  if (!(timeoutMs > 0 && timeoutMs <= 60_000)) throw new Refusal('bad-request', 'probe needs a timeoutMs');
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await open(urlOf(given), {}, signal);
  for await (const piece of response) {
    sizeBytes += (piece as Buffer).length;
    if (sizeBytes > MOST_PROBE_BYTES) throw new Refusal('too-large', 'the answer is too large');
    parts.push(piece as Buffer);
  }
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
  const work = async (): Promise<void> => {
    for (let range = waiting.shift(); range !== undefined; range = waiting.shift()) await fetchRange(url, file, range, stop.signal);
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

async function fetchRange(url: string, file: number, [from, end]: Range, stop: AbortSignal): Promise<void> {
  let at = from;
  for (let tries = 1; at < end; tries++) {
    try {
      const response = await open(url, { range: `bytes=${at}-${end - 1}` }, stop);
      for await (const piece of response) {
        const bytes = piece as Buffer;
        if (at + bytes.length > end) throw new Refusal('io', 'more arrived than was asked for');
        for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, at + done);
        at += bytes.length;
      }
      if (at < end) throw new Error('the connection ended early');
    } catch (error) {
      if (stop.aborted || tries >= MOST_TRIES || error instanceof Refusal)
        throw error instanceof Refusal ? error : new Refusal('unreachable', error instanceof Error ? error.message : String(error));
    }
  }
}

function open(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { connection: 'close', ...headers }, signal, agent: false }, (response) => {
      const expected = headers['range'] === undefined ? 200 : 206;
      if (response.statusCode === expected) return resolve(response);
      response.destroy();
      reject(new Refusal('unreachable', `the answer is HTTP ${response.statusCode}`));
    });
    request.setTimeout(SILENCE_MS, () => request.destroy(new Error('the host fell silent')));
    request.once('error', (error) => reject(new Refusal('unreachable', error.message)));
  });
}
