import type { EventOf } from '../../../contract/cli-event.ts';
import { count, size } from '../../quantities.ts';
import type { Screen } from '../../screen.ts';
import { type Column, listTable, printable } from '../../text-table.ts';

interface Title {
  /** As the first of its files writes it. */
  readonly name: string;
  readonly seasons: Set<number>;
  readonly episodes: Set<string>;
  files: number;
  sizeBytes: number;
}

/** Collects files by the title in their names. Small, however many files there are. */
export interface TitleTable {
  readonly add: (file: Pick<EventOf<'file'>, 'parsed' | 'sizeBytes'>) => void;
  /** A line for each title, in the order of the alphabet; empty when there are none. */
  readonly text: (screen: Screen) => string;
}

const COLUMNS: readonly Column[] = [
  { heading: 'Title', shrinks: true },
  { heading: 'Seasons' },
  { heading: 'Episodes', align: 'right' },
  { heading: 'Files', align: 'right' },
  { heading: 'Size', align: 'right' },
];

export function titleTable(): TitleTable {
  const titles = new Map<string, Title>();
  const unknown = { files: 0, sizeBytes: 0 };
  return {
    add: ({ parsed, sizeBytes }) => {
      if (parsed === null) {
        unknown.files += 1;
        unknown.sizeBytes += sizeBytes;
        return;
      }
      // Names of the same title differ in case from group to group.
      const key = parsed.title.toLowerCase();
      const title = titles.get(key) ?? { name: parsed.title, seasons: new Set(), episodes: new Set(), files: 0, sizeBytes: 0 };
      titles.set(key, title);
      if (parsed.season !== undefined) title.seasons.add(parsed.season);
      for (const episode of inRange(parsed.episodes)) title.episodes.add(`${parsed.season ?? ''}:${parsed.type ?? ''}:${episode}`);
      title.files += 1;
      title.sizeBytes += sizeBytes;
    },
    text: (screen) => {
      if (titles.size === 0) return '';
      const inOrder = new Intl.Collator(undefined, { numeric: true }).compare;
      const rows = [...titles.values()]
        .toSorted((a, b) => inOrder(a.name, b.name))
        .map(({ name, seasons, episodes, files, sizeBytes }) => [
          printable(name),
          ranges([...seasons]),
          episodes.size === 0 ? '' : count(episodes.size),
          count(files),
          size(sizeBytes),
        ]);
      if (unknown.files > 0) rows.push(['(not understood)', '', '', count(unknown.files), size(unknown.sizeBytes)]);
      return listTable(COLUMNS, rows, screen);
    },
  };
}

/** Longer ranges are a slip of the parser: nobody puts so many episodes into a file. */
const MOST_IN_A_FILE = 200;

/** Episodes of a file by number: what is between the first and the last one counts as well. */
function inRange(episodes: readonly string[]): readonly string[] {
  const [first, last] = episodes.map(Number);
  if (first === undefined || last === undefined || !Number.isInteger(first) || !(last > first) || last - first > MOST_IN_A_FILE)
    return episodes;
  return Array.from({ length: Math.floor(last - first) + 1 }, (_, index) => String(first + index));
}

/** `1-3, 5` */
function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
}
