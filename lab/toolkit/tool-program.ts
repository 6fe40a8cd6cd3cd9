/** How what answers a toolkit's questions in the guest is started. It answers a line of JSON with a line of JSON until its input ends. */
export interface ToolProgram {
  /** What errors call it. */
  readonly name: string;
  readonly line: string;
  readonly shell: 'cmd' | 'none';
  /** What it reads before the first question. */
  readonly opening?: Uint8Array;
  /** Exit codes that mean, when nothing was printed, that there is no such program. */
  readonly missingCodes: ReadonlySet<number>;
}
