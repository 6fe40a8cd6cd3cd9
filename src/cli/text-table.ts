import { displayWidth, graphemes } from './display-width.ts';
import type { Screen } from './screen.ts';

/** A column of a list. */
export interface Column {
  readonly heading: string;
  /** Numbers stand at the right. */
  readonly align?: 'left' | 'right';
  /** Its texts may be cut when the terminal is too narrow for the table. */
  readonly shrinks?: boolean;
  readonly paint?: (text: string) => string;
}

const GAP = '  ';
/** What a column that shrinks keeps. */
const LEAST_WIDTH = 8;

/** Names and values in two columns, the first padded to the widest name. Ends with a newline. */
export function table(rows: readonly (readonly [string, string])[]): string {
  const width = widest(rows.map(([name]) => name));
  return rows.map(([name, value]) => `${padded(name, width, 'left')}${GAP}${value}\n`).join('');
}

/**
 * A list with headings. As wide as its texts, East Asian characters and emoji counted as the two columns that terminals give them; where the screen is
 * narrower, the columns that shrink give way, the widest first. Each line ends with a newline. Texts have to be `printable`.
 */
export function listTable(columns: readonly Column[], rows: readonly (readonly string[])[], screen: Screen): string {
  const wanted = columns.map(({ heading }, index) => widest([heading, ...rows.map((row) => row[index] ?? '')]));
  const widths = shrunk(columns, wanted, screen.columns());
  const line = (cells: readonly string[], paintOf: (column: Column) => (text: string) => string): string =>
    columns
      .map((column, index) => {
        const cell = padded(cut(cells[index] ?? '', widths[index] ?? 0), widths[index] ?? 0, column.align ?? 'left');
        return paintOf(column)(index === columns.length - 1 ? cell.trimEnd() : cell);
      })
      .join(GAP)
      // Spaces at the end would only wrap.
      .trimEnd()
      .concat('\n');
  const head = line(
    columns.map(({ heading }) => heading),
    () => screen.style.bold,
  );
  return head + rows.map((row) => line(row, ({ paint }) => paint ?? ((text) => text))).join('');
}

function shrunk(columns: readonly Column[], wanted: readonly number[], most: number | undefined): readonly number[] {
  if (most === undefined) return wanted;
  const widths = [...wanted];
  for (let over = total(widths) - most; over > 0; over -= 1) {
    const [first] = columns
      .flatMap(({ shrinks }, index) => (shrinks === true && (widths[index] ?? 0) > LEAST_WIDTH ? [index] : []))
      .toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    if (first === undefined) break;
    widths[first] = (widths[first] ?? 0) - 1;
  }
  return widths;
}

const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, displayWidth(text)), 0);
const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);

function padded(text: string, width: number, align: 'left' | 'right'): string {
  const room = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + room : room + text;
}

/** Text of at most so many columns; what was longer ends in `…`. Never cuts a character that is made of several. */
export function cut(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const character of graphemes(text)) {
    width += displayWidth(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

// ESC, BEL and other control characters; marks that turn the direction of text
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A name from a file system as it may be shown on a terminal: what would steer the terminal is written as `\u{1b}`. */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
