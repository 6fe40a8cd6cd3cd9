/** What the limiter holds to. Times in milliseconds. */
export interface Limits {
  /** Requests that may start within any `windowMs`. */
  readonly requests: number;
  readonly windowMs: number;
  readonly concurrency: number;
  /** The same two while the service struggles. */
  readonly throttledRequests: number;
  readonly throttledConcurrency: number;
  /** Outcomes that are judged: no older than this, and no more than this many. */
  readonly errorWindowMs: number;
  readonly errorWindowRequests: number;
  /** Fewer outcomes than this say nothing. */
  readonly fewestOutcomes: number;
  /** Share of bad outcomes that begins throttling, and the lower one that ends it: between the two nothing changes. */
  readonly throttleAbove: number;
  readonly normalBelow: number;
  /** Share of bad outcomes that stops requests altogether. */
  readonly sleepAbove: number;
  /** Full-jitter back-off: somewhere between 0 and `first × 2^n`, never more than `longest`. */
  readonly firstBackOffMs: number;
  readonly longestBackOffMs: number;
  /** A pause that is asked for and longer than this is not waited out. */
  readonly longestSleepMs: number;
  /** Good probes in a row that end a half-open state. */
  readonly probes: number;
  /** Sleeps in a row, each ended by a failed probe, after which only the cache is used. */
  readonly sleepsBeforeCacheOnly: number;
  readonly cacheOnlyMs: number;
  /** However long a pause is asked for, this is the longest one believed. */
  readonly longestPauseMs: number;
}

/** What TMDB tolerates, with some room to its own bound of about 40 requests a second. */
export const tmdbLimits: Limits = {
  requests: 35,
  windowMs: 1_000,
  concurrency: 4,
  throttledRequests: 15,
  throttledConcurrency: 2,
  errorWindowMs: 30_000,
  errorWindowRequests: 300,
  fewestOutcomes: 10,
  throttleAbove: 0.1,
  normalBelow: 0.03,
  sleepAbove: 0.5,
  firstBackOffMs: 500,
  longestBackOffMs: 30_000,
  longestSleepMs: 60_000,
  probes: 3,
  sleepsBeforeCacheOnly: 5,
  cacheOnlyMs: 60_000,
  longestPauseMs: 3_600_000,
};
