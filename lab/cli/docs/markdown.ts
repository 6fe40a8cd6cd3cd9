/** Text for a cell of a Markdown table: bars escaped, lines joined. */
export const tableCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ').trim();

/** A Markdown table in the form the formatter leaves alone. */
export function markdownTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [heading, ...rows].map((row) => row.map(tableCell));
  const widths = heading.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(cells[0] ?? []), line(widths.map((width) => '-'.repeat(width))), ...cells.slice(1).map(line)].join('\n');
}

/** What stands above every generated page. */
export const generatedNote = (source: string): string => `<!-- Made by \`npm run docs\` from ${source}. Change that, not this. -->`;
