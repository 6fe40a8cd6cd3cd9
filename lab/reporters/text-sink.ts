/** Where text goes. `process.stdout` and `process.stderr` are such. */
export interface TextSink {
  readonly write: (text: string) => unknown;
  /** Size of the terminal behind it, where there is one; read at each draw, so that it may change. */
  readonly columns?: number;
  readonly rows?: number;
}
