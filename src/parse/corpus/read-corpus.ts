import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { AnimeName } from '../../contract/anime-name.ts';

/** A name and what it means to a person who reads it. */
export interface CorpusCase {
  /** Path of the file as the parser gets it: below the folder that is scanned, most often its name alone. */
  readonly name: string;
  /** Heading in the corpus: the style of the name. */
  readonly family: string;
  /** `undefined`: the name tells no title. */
  readonly wanted: AnimeName | undefined;
}

export type CorpusPart = 'usual' | 'held-out';

/**
 * Reads a part of the corpus. A line is `name | title | facts`, a heading `# family`; a title of `-` means that there is none. Facts: `s2` season ·
 * `e5`, `e7.5`, `e1-12` episodes · `y2016` year · `v2` version of the release · `t=` type · `g=` group · `r=` resolution · `src=` source · `crc=`
 * checksum · `et=` title of the episode, with `~` for a space. Throws for a line that it does not understand.
 */
export function readCorpus(part: CorpusPart): readonly CorpusCase[] {
  const cases: CorpusCase[] = [];
  let family = '';
  for (const line of readFileSync(path.join(import.meta.dirname, `${part}.txt`), 'utf8').split('\n')) {
    if (line.startsWith('# ')) family = line.slice(2);
    else if (line !== '') cases.push(caseOf(line, family));
  }
  return cases;
}

function caseOf(line: string, family: string): CorpusCase {
  const [name, title, facts, ...more] = line.split(' | ').map((cell) => cell.replace(/ \|$/, ''));
  if (!name || !title || more.length > 0) throw new Error(`the corpus has a line that is no case: ${line}`);
  if (title === '-') return { name, family, wanted: undefined };
  const words = (facts ?? '')
    .trim()
    .split(/\s+/)
    .filter((fact) => fact !== '');
  return { name, family, wanted: Object.assign({ title, episodes: [] }, ...words.map((fact) => factOf(fact, line))) as AnimeName };
}

function factOf(fact: string, line: string): Partial<AnimeName> {
  // e1-12 · t=OVA
  const [, key = '', value = ''] = /^(t=|g=|r=|src=|crc=|et=|[seyv](?=\d))(.+)$/.exec(fact) ?? [];
  const text = value.replaceAll('~', ' ');
  switch (key) {
    case 's':
      return { season: Number(text) };
    case 'e':
      return { episodes: text.split('-') };
    case 'y':
      return { year: Number(text) };
    case 'v':
      return { releaseVersion: Number(text) };
    case 't=':
      return { type: text };
    case 'g=':
      return { releaseGroup: text };
    case 'r=':
      return { resolution: text };
    case 'src=':
      return { source: text };
    case 'crc=':
      return { checksum: text };
    case 'et=':
      return { episodeTitle: text };
    default:
      throw new Error(`the corpus has a fact that is none, ${fact}, in: ${line}`);
  }
}
