import type { RepairableFact } from '../core/box-truth.ts';
import type { DownloadMark, ListOptions, MeasuredProgram, ProgramRun, TreeFile } from '../core/toolkit.ts';

/**
 * What each verb of a toolkit is asked with, as the JSON that crosses the wire: `{"verb": …, "arguments": …}`. What comes back stands in
 * `answers.ts`. Scripts of any language can stand behind it; everything that Windows is to do is said by these values alone.
 */
export interface Questions {
  readonly describe: Readonly<Record<string, never>>;
  /** A file with `sizeBytes` is filled with the SHA-256 digest of its path (UTF-8, `\` between parts), repeated and cut to size. */
  readonly makeTree: { readonly root: string; readonly files: readonly TreeFile[] };
  readonly listTree: { readonly root: string } & ListOptions;
  readonly unpack: { readonly archive: string; readonly to: string };
  readonly remove: { readonly path: string };
  readonly run: ProgramRun;
  readonly measure: { readonly programs: readonly MeasuredProgram[]; readonly rounds: number };
  readonly markDownloaded: { readonly file: string; readonly mark: DownloadMark };
  readonly readDownloadMark: { readonly file: string };
  readonly readSignature: { readonly file: string };
  readonly readBox: Readonly<Record<string, never>>;
  readonly repairBox: { readonly facts: readonly RepairableFact[]; readonly clockUnixMs: number };
}

export type Verb = keyof Questions;
