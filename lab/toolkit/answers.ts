import { z } from 'zod';
import { boxAnswer, boxRepair } from '../core/box-truth.ts';
import type { Format } from '../core/formats.ts';
import type { RemotePath, Sha256 } from '../core/ids.ts';
import type { Verb } from './questions.ts';

/** Most of what a program printed that is kept of each stream, whatever was asked for: what bounds an answer of `run`. */
export const MOST_OUTPUT_BYTES = 1 << 20;
/** Most entries of a listing. */
export const MOST_ENTRIES = 200_000;
/** Most runs of one `measure`. */
export const MOST_RUNS = 1000;

/** Longest text that names something. */
const name = z.string().max(1024);
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const durationMs = z.number().min(0).max(1e9);
const exitCode = z.int().min(0).max(0xffff_ffff);
// 10.0.19045
const osVersion = z
  .string()
  .max(64)
  .regex(/^\d+\.\d+\.\d+/);
// C:\AniVault\docs
const path = z
  .string()
  .max(32_767)
  .regex(/^[A-Za-z]:\\/)
  .transform((text) => text as RemotePath);
// docs\guide.html, but not C:\x, \x, ..\x, a\..\x or a/b
const relativePath = z
  .string()
  .max(32_767)
  .regex(/^(?!\\)(?!(?:[^\\]*\\)*\.{1,2}(?:\\|$))[^:/\0]+$/);
const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => text as Sha256);
const mark = z.strictObject({
  zoneId: z.int().min(0).max(4),
  hostUrl: z.string().max(4096).optional(),
  referrerUrl: z.string().max(4096).optional(),
});
const nothing = z.strictObject({});

/** What each verb answers with. Strict and bounded: a guest may print anything. */
export const answers = {
  describe: z.strictObject({
    osVersion,
    productName: name,
    architecture: name,
    locale: name,
    timeZone: name,
    logicalProcessors: z.int().min(1).max(4096),
    memoryBytes: count,
    user: name,
    hostName: name,
    temporaryDirectory: path,
    userProfile: path,
    localAppData: path,
    networkInterfaces: z.array(name).max(256),
    emulator: name.optional(),
  }),
  makeTree: nothing,
  listTree: z.strictObject({
    entries: z
      .array(
        z.strictObject({ path: relativePath, kind: z.enum(['file', 'directory', 'other']), sizeBytes: count, sha256: digest.optional() }),
      )
      .max(MOST_ENTRIES),
    complete: z.boolean(),
  }),
  unpack: z.strictObject({ files: count, bytes: count, durationMs, tool: name }),
  remove: nothing,
  run: z.strictObject({
    exitCode,
    ended: z.enum(['exited', 'timed-out']),
    stdout: z.string().max(MOST_OUTPUT_BYTES),
    stderr: z.string().max(MOST_OUTPUT_BYTES),
    truncated: z.boolean(),
    durationMs,
  }),
  measure: z
    .array(
      z.strictObject({
        series: name,
        round: count,
        exitCode,
        expectedOutput: z.boolean(),
        durationMs,
        peakMemoryBytes: count.optional(),
        lastLine: z.string().max(4096),
      }),
    )
    .max(MOST_RUNS),
  markDownloaded: nothing,
  readDownloadMark: z.strictObject({ mark: mark.optional() }),
  readSignature: z.strictObject({
    isPortableExecutable: z.boolean(),
    certificateTableBytes: count,
    digestMatches: z.boolean().optional(),
    trustResult: z
      .string()
      // 0x800B0109
      .regex(/^0x[0-9A-F]{8}$/)
      .optional(),
    signer: name.optional(),
    signerThumbprint: z
      .string()
      .regex(/^[0-9A-F]{40}$/)
      .optional(),
  }),
  readBox: boxAnswer,
  repairBox: z.strictObject({ repairs: z.array(boxRepair).max(100) }),
} as const satisfies Record<Verb, z.ZodType>;

/** What a verb answers with, once it is validated. */
export type Answer<V extends Verb> = z.infer<(typeof answers)[V]>;

// makeTree → make-tree
const kebab = (verb: string): string => verb.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

type AnswerFormats = { readonly [V in Verb]: Format & { readonly schema: (typeof answers)[V] } };

/** The answers as formats, by verb; their JSON Schemas are what a script for another kind of guest is written against. */
export const answerFormats = Object.fromEntries(
  Object.entries(answers).map(([verb, schema]) => [
    verb,
    { file: `toolkit/${kebab(verb)}.v1.json`, title: `Answer of the toolkit to ${verb}`, schema },
  ]),
) as unknown as AnswerFormats;

/** The same as a list. */
export const toolkitFormats: readonly Format[] = Object.values(answerFormats);
