/** A token as the names of the ledger's files tell it. */
export interface LedgerToken {
  readonly number: number;
  /** How often it was taken. */
  readonly generation: number;
  /** Milliseconds since 1970; 0 for one that was never taken, `undefined` for one whose taker has not said when it is free. */
  readonly freeAt: number | undefined;
  /** Names of files of generations before the last one, which nobody needs any more. */
  readonly old: readonly string[];
}

// 7.5 · 7.5.1700000000000
const NAME = /^(\d{1,6})\.(\d{1,12})(?:\.(\d{1,15}))?$/;

/** Reads the names of a ledger's files as its tokens, `count` of them, in the order of their numbers. Other names mean nothing. Pure and total. */
export function readTokens(names: readonly string[], count: number): readonly LedgerToken[] {
  const files = Array.from(
    { length: count },
    (): { readonly name: string; readonly generation: number; readonly freeAt: number | undefined }[] => [],
  );
  for (const name of names) {
    const [, number, generation, freeAt] = NAME.exec(name) ?? [];
    if (number === undefined) continue;
    files[Number(number)]?.push({ name, generation: Number(generation), freeAt: freeAt === undefined ? undefined : Number(freeAt) });
  }
  return files.map((own, number) => {
    const generation = Math.max(0, ...own.map((file) => file.generation));
    const times = own.flatMap((file) => (file.generation === generation && file.freeAt !== undefined ? [file.freeAt] : []));
    return {
      number,
      generation,
      freeAt: times.length > 0 ? Math.min(...times) : generation === 0 ? 0 : undefined,
      // The one before the last stays as well, so that a process that looked a moment ago cannot create it again.
      old: own.filter((file) => file.generation < generation).map(({ name }) => name),
    };
  });
}

// pause-1700000000000
const PAUSE = /^pause-(\d{1,15})$/;

/** The end of the longest pause that still holds, and the names of those that are over or cannot be. Pure and total. */
export function readPauses(
  names: readonly string[],
  now: number,
  longestPauseMs: number,
): { readonly until: number | undefined; readonly over: readonly string[] } {
  let until: number | undefined;
  const over: string[] = [];
  for (const name of names) {
    const end = Number(PAUSE.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(end)) continue;
    if (end > now && end <= now + longestPauseMs) until = Math.max(until ?? 0, end);
    else over.push(name);
  }
  return { until, over };
}
