import { createHash } from 'node:crypto';
import * as z from 'zod';

/** An answer as the cache keeps it. Times are milliseconds since 1970. */
export interface CacheEntry {
  readonly schema: typeof CACHE_SCHEMA;
  /** What was asked. */
  readonly name: string;
  readonly storedAt: number;
  readonly freshUntil: number;
  /** SHA-256 of the value's JSON text. */
  readonly digest: string;
  /** JSON text within JSON, so that the digest is of bytes and does not depend on how a parser writes them again. */
  readonly value: string;
}

/** Version of the form of an entry. */
export const CACHE_SCHEMA = 2;

const time = z.int().min(0);
const second = z.strictObject({
  schema: z.literal(2),
  name: z.string(),
  storedAt: time,
  freshUntil: time,
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  value: z.string(),
});
/** The first form: seconds to live instead of an end, no digest, the value as it was. */
const first = z.strictObject({ schema: z.literal(1), name: z.string(), storedAt: time, secondsToLive: z.int().min(0), value: z.json() });

/** How an entry of an older form becomes one of the next. */
const migrations: Readonly<Record<number, (older: unknown) => unknown>> = {
  1: (older) => {
    const { name, storedAt, secondsToLive, value } = first.parse(older);
    return makeEntry(name, JSON.stringify(value), storedAt, secondsToLive * 1000);
  },
};

/** What a file of the cache turns out to be. */
export type ReadEntry =
  | { readonly kind: 'entry'; readonly entry: CacheEntry; readonly migrated: boolean }
  /** Written by a newer version of the program: of no use, and not to be thrown away. */
  | { readonly kind: 'newer' }
  | { readonly kind: 'corrupt'; readonly why: string };

export function makeEntry(name: string, value: string, storedAt: number, keepForMs: number): CacheEntry {
  return { schema: CACHE_SCHEMA, name, storedAt, freshUntil: storedAt + keepForMs, digest: digestOf(value), value };
}

/** Reads an entry of any known form. Total: whatever the bytes are, it says what they are. */
export function readEntry(text: string, name: string): ReadEntry {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { kind: 'corrupt', why: 'no JSON' };
  }
  let schema = z.object({ schema: z.int().min(1) }).safeParse(content).data?.schema;
  if (schema === undefined) return { kind: 'corrupt', why: 'no version' };
  if (schema > CACHE_SCHEMA) return { kind: 'newer' };
  const migrated = schema < CACHE_SCHEMA;
  try {
    for (; schema < CACHE_SCHEMA; schema += 1) content = migrations[schema]?.(content);
  } catch {
    return { kind: 'corrupt', why: 'not as its version says' };
  }
  const entry = second.safeParse(content).data;
  if (entry === undefined) return { kind: 'corrupt', why: 'not as its version says' };
  if (entry.name !== name) return { kind: 'corrupt', why: 'an answer to something else' };
  return digestOf(entry.value) === entry.digest ? { kind: 'entry', entry, migrated } : { kind: 'corrupt', why: 'another digest' };
}

const digestOf = (value: string): string => createHash('sha256').update(value).digest('hex');
