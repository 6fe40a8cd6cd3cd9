import type { AnimeName } from '../contract/anime-name.ts';
import type { CorpusCase } from './corpus/read-corpus.ts';

/** Fields of a name, in the order in which they are told of. */
export const nameFields = [
  'title',
  'season',
  'episodes',
  'type',
  'year',
  'releaseGroup',
  'releaseVersion',
  'resolution',
  'source',
  'checksum',
  'episodeTitle',
] as const satisfies readonly (keyof AnimeName)[];
export type NameField = (typeof nameFields)[number];

/** How one name was read. */
export interface ParsingOutcome {
  readonly one: CorpusCase;
  readonly found: AnimeName | undefined;
  readonly wrong: readonly NameField[];
}

/** Reads every name and compares. A field that is absent on both sides is right. */
export function measureParsing(cases: readonly CorpusCase[], parse: (name: string) => AnimeName | undefined): readonly ParsingOutcome[] {
  return cases.map((one) => {
    const found = parse(one.name);
    return { one, found, wrong: nameFields.filter((field) => fieldText(found, field) !== fieldText(one.wanted, field)) };
  });
}

/** A field as it is compared and shown; empty when absent. */
export function fieldText(name: AnimeName | undefined, field: NameField): string {
  const value = name?.[field];
  if (value === undefined) return '';
  return Array.isArray(value) ? value.join('-') : String(value);
}

/** Share of the names, from 0 to 1, whose field is right. */
export const shareRight = (outcomes: readonly ParsingOutcome[], field: NameField): number =>
  outcomes.filter(({ wrong }) => !wrong.includes(field)).length / Math.max(1, outcomes.length);

/** Share of the names, from 0 to 1, of which all is right. */
export const shareWhole = (outcomes: readonly ParsingOutcome[]): number =>
  outcomes.filter(({ wrong }) => wrong.length === 0).length / Math.max(1, outcomes.length);

/**
 * Share of the names that tell a title, from 0 to 1, for which there is a wrong answer or none to where the file belongs: the title, the season or the
 * episodes are not right.
 */
export function shareFailed(outcomes: readonly ParsingOutcome[]): number {
  const telling = outcomes.filter(({ one }) => one.wanted !== undefined);
  return (
    telling.filter(({ wrong }) => ['title', 'season', 'episodes'].some((field) => wrong.includes(field as NameField))).length /
    Math.max(1, telling.length)
  );
}
