/** Where time comes from. Injected, so that tests own it. */
export interface Clock {
  /** Wall time as a UTC ISO 8601 instant with milliseconds. For people and files, never for durations. */
  readonly now: () => string;
  /** Milliseconds on a clock that only goes forward. For durations, never for dates. */
  readonly monotonicMs: () => number;
  /** Resolves after `ms`, or rejects with the signal's reason. Only polling loops may use it. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}
