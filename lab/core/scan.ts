import { z } from 'zod';
import type { Call } from './call.ts';
import type { BundleManifest } from './bundle.ts';
import type { LabConfig } from './config.ts';
import { factLine } from './fact-line.ts';
import type { LocalPath } from './ids.ts';

/** Where in the release something was found. */
const place = z.strictObject({
  path: z.string().meta({ description: 'File below the project or the bundle, with `/`' }),
  line: z.int().min(1).optional(),
  part: z.string().optional().meta({ description: 'Part of the file that has no line: a section, a component, an entry' }),
});

/** One thing that a scanner says of a release. */
export const scanFinding = z.strictObject({
  code: z.string().meta({ description: 'Stable identifier, `<scanner>.<what>`' }),
  severity: z.enum(['error', 'warning', 'note']),
  message: z.string(),
  fix: z.string().meta({ description: 'What the maintainer can do about it' }),
  where: place.optional(),
  /** Made of scanner, code, file and what was found, but not of the line: it outlives edits elsewhere in the file. */
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .meta({ description: 'Names the finding in a suppression; stays the same when lines move' }),
});
export type ScanFinding = z.infer<typeof scanFinding>;

/** What came of one scanner. `not-run` is never clean. */
export const scanOutcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('clean') }),
  z.strictObject({ kind: z.literal('findings'), findings: z.array(scanFinding).min(1) }),
  z.strictObject({
    kind: z.literal('not-run'),
    reason: z.string().meta({ description: 'What was tried and what stood in the way' }),
    fix: z.string().meta({ description: 'How it can be had' }),
  }),
]);
export type ScanOutcome = z.infer<typeof scanOutcome>;

/** One scanner's whole answer. */
export const scanResult = z.strictObject({
  scanner: z.string().meta({ description: 'Its name in lists, suppressions and the policy' }),
  title: z.string(),
  question: z.string().meta({ description: 'What it answers, as a sentence with a question mark' }),
  tool: z
    .strictObject({ name: z.string(), version: z.string() })
    .optional()
    .meta({ description: 'The program or library that looked; absent when there was none' }),
  database: z
    .strictObject({
      name: z.string(),
      date: z.string().meta({ description: 'Of the newest entry, ISO 8601' }),
      entries: z.int().min(0).optional(),
    })
    .optional()
    .meta({ description: 'What it knew: signatures, advisories' }),
  control: z
    .strictObject({ what: z.string(), caught: z.boolean() })
    .optional()
    .meta({ description: 'Something bad that was put before it; a scanner that does not catch it has not run' }),
  looked: z.strictObject({ files: z.int().min(0), bytes: z.int().min(0) }).meta({ description: 'How much it looked at' }),
  measured: z.array(factLine).optional().meta({ description: 'What it measured beside its answer, for people: sizes by part' }),
  outcome: scanOutcome,
  reused: z
    .strictObject({ scannedAt: z.iso.datetime().meta({ description: 'When it really looked (UTC)' }) })
    .optional()
    .meta({ description: 'The answer was given before, to the very same question about the very same things; absent: it looked just now' }),
  durationMs: z.number().min(0),
});
export type ScanResult = z.infer<typeof scanResult>;

/** What is scanned: the sources, the bundle made of them, and what is inside its executable. */
export interface ScanSubject {
  readonly projectRoot: LocalPath;
  /** The bundle as a directory. */
  readonly bundle: LocalPath;
  readonly manifest: BundleManifest;
  /** The executable in the bundle. */
  readonly executable: LocalPath;
  /** Whether it was signed. */
  readonly signed: boolean;
  readonly config: LabConfig;
  /** Where scanners keep what they fetch. */
  readonly folders: { readonly cache: LocalPath; readonly state: LocalPath };
  readonly labVersion: string;
  /** UTC, `2026-11-21`: what exceptions and the age of databases are held against. */
  readonly today: string;
}

/** A scanner's answer without what is the same for all of them. */
export type Scanned = Omit<ScanResult, 'scanner' | 'title' | 'question' | 'reused' | 'durationMs'>;

/** One question about a release that a host can answer without any guest. */
export interface Scanner {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** Looks and decides nothing but what is wrong by itself; the policy decides. A tool that is missing, fails or misses its control is `not-run`; throwing is a mistake of the lab's. */
  readonly scan: (subject: ScanSubject, call: Call) => Promise<Scanned>;
  /**
   * Everything that decides the answer, beside the lab's own code and the configuration: digests of what it looks at, versions of foreign tools and
   * databases, and the day where its knowledge ages. The same basis means that an earlier answer still holds. Absent, or `undefined` for what cannot be
   * told: it always looks anew.
   */
  readonly basis?: (subject: ScanSubject, call: Call) => Promise<unknown>;
  /** Its time goes by in programs of others or on the network: it is started before those that keep this process busy. */
  readonly waits?: true;
}

/** Since when an answer holds, where it was given before: ` (as of 2026-11-21 10:00 UTC)`; nothing for one that looked just now. */
export const asOf = ({ reused }: Pick<ScanResult, 'reused'>): string =>
  reused === undefined ? '' : ` (as of ${reused.scannedAt.slice(0, 16).replace('T', ' ')} UTC)`;

/** What came of a scanner in a few words: `clean`, `1 error, 2 notes`, `did not run: there is no clamscan`. */
export function scanInWords(outcome: ScanOutcome): string {
  switch (outcome.kind) {
    case 'clean':
      return 'clean';
    case 'findings': {
      const counts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
        const count = outcome.findings.filter((finding) => finding.severity === severity).length;
        return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`];
      });
      return counts.join(', ');
    }
    case 'not-run':
      return outcome.reason === '' ? 'did not run' : `did not run: ${outcome.reason}`;
  }
}
