import type { Sampled } from './facts.ts';

const MOST_SHOWN = 12;
const MOST_CHARACTERS = 400;

/** Counts all and keeps the first few, each cut to a length that fits a report. */
export const sample = (items: readonly string[]): Sampled => ({
  count: items.length,
  first: items.slice(0, MOST_SHOWN).map((item) => clip(item)),
});

/** A text from a guest, cut and without halves of characters. */
export const clip = (text: string, mostCharacters = MOST_CHARACTERS): string => text.slice(0, mostCharacters).toWellFormed();
