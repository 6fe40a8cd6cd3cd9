import { type Difference, differentBytes, differentValues } from './difference.ts';
import { type ZipEntry, zipParts } from './zip-parts.ts';

/** Fields that follow from the data, which is told of before. */
const OF_DATA = new Set(['CRC-32', 'compressed size', 'size', 'place', 'local CRC-32', 'local compressed size', 'local size']);

/** Compares two zip files: which entries they have and in what order, then data and fields entry by entry. One that is damaged is compared as bytes. */
export function compareZips(first: Uint8Array, second: Uint8Array): readonly Difference[] {
  if (Buffer.compare(first, second) === 0) return [];
  try {
    const [a, b] = [zipParts(first), zipParts(second)];
    const names = (entries: readonly ZipEntry[]): readonly string[] => entries.map(({ name }) => name);
    const found: Difference[] = [];
    for (const name of new Set([...names(a.entries), ...names(b.entries)])) {
      const [x, y] = [a, b].map(({ entries }) => entries.find((entry) => entry.name === name));
      if (x !== undefined && y !== undefined) found.push(...entryDifferences(x, y));
      else found.push({ where: `zip entry ${name}`, first: x ? 'there' : 'nothing', second: y ? 'there' : 'nothing' });
    }
    found.push(...differentValues('order of zip entries', names(a.entries).join(' '), names(b.entries).join(' ')));
    found.push(...differentValues('zip comment', a.comment, b.comment));
    if (found.length > 0) return found;
  } catch {
    // Told below.
  }
  return differentBytes('zip file', first, second);
}

function entryDifferences(first: ZipEntry, second: ZipEntry): readonly Difference[] {
  const data = differentBytes(`zip entry ${first.name}, stored data`, first.data, second.data);
  const fields = [...first.fields].flatMap(([field, value]) =>
    field === 'place' || (data.length > 0 && OF_DATA.has(field))
      ? []
      : differentValues(`zip entry ${first.name}, ${field}`, value, second.fields.get(field)),
  );
  return [...data, ...fields];
}
