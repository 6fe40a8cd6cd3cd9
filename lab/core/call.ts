/** A point on the monotonic clock after which a call must have given up. */
export interface Deadline {
  /** Milliseconds left; 0 when passed; `Infinity` when there is none. */
  readonly remainingMs: () => number;
}

/** Travels with every call that can wait. The signal aborts when the deadline passes or when somebody gives up; its reason is a `LabError`. */
export interface Call {
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
}
