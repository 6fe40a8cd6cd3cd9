/** What a bar counts in. */
export type ProgressUnit = 'files' | 'bytes' | 'titles';

/** One piece of work under way. It is over when it is disposed of. */
export interface ProgressBar extends Disposable {
  /** Says, or corrects, how much there is in all; until then only the amount so far and the rate are shown. */
  readonly expect: (total: number) => void;
  readonly advance: (by?: number) => void;
}

/** Shows how far long work is: on a terminal, on standard error, and nowhere else. One bar at a time; cheap enough to call for every file. */
export interface Progress {
  readonly start: (what: string, unit: ProgressUnit) => ProgressBar;
}

/** For output that nobody watches. */
export const noProgress: Progress = {
  start: () => ({ expect: () => {}, advance: () => {}, [Symbol.dispose]: () => {} }),
};
