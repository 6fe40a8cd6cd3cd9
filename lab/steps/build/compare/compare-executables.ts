import { readPackaged } from '../packagers/read-packaged.ts';
import type { PackagedContent } from '../packagers/packager.ts';
import { peSections } from '../pe-section.ts';
import { resourceEntries } from '../resource-entries.ts';
import { type Difference, differentBytes, differentValues } from './difference.ts';
import { headerFields } from './pe-fields.ts';

/** Windows' own names for the types of resources that executables have. */
const RESOURCE_TYPES: Readonly<Record<string, string>> = { 3: 'icon', 10: 'data', 14: 'icon group', 16: 'version', 24: 'manifest' };
/** What a packager puts in is compared by its parts. */
const PACKAGED = new Set(['NODE_SEA_BLOB']);
/** Follows from all other bytes, so it explains nothing unless it is alone. */
const CHECKSUM = 'PE header: CheckSum';

/**
 * Compares two executables: what was packaged, then resources, header fields, sections, what stands behind them (a signature). A file that is no
 * executable is compared as bytes.
 */
export function compareExecutables(first: Uint8Array, second: Uint8Array): readonly Difference[] {
  if (Buffer.compare(first, second) === 0) return [];
  const found: Difference[] = [];
  for (const compare of [packagedContent, resources, headersAndSections]) {
    try {
      found.push(...compare(first, second));
    } catch {
      // One of them is damaged there: what is left is told by the bytes.
    }
  }
  const isConsequence = ({ where }: Difference): boolean => where === CHECKSUM;
  const told = [...found.filter((one) => !isConsequence(one)), ...found.filter(isConsequence)];
  return told.length > 0 ? told : differentBytes('file', first, second);
}

function packagedContent(first: Uint8Array, second: Uint8Array): readonly Difference[] {
  const [a, b] = [readPackaged(first), readPackaged(second)];
  if (a === undefined || b === undefined) return differentValues('packaged program', a && 'there', b && 'there');
  return [
    ...differentBytes('program', a.program, b.program),
    ...[...new Set([...a.assets.keys(), ...b.assets.keys()])]
      .toSorted()
      .flatMap((name) => differentBytes(`native part ${name}`, a.assets.get(name), b.assets.get(name))),
    ...differentValues('order of native parts', order(a), order(b)),
    ...differentValues('packaged program', a.problems.join('; '), b.problems.join('; ')),
  ];
}

const order = ({ assets }: PackagedContent): string => [...assets.keys()].join(' ');

function resources(first: Uint8Array, second: Uint8Array): readonly Difference[] {
  const [a, b] = [resourcesOf(first), resourcesOf(second)];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((name) => differentBytes(`resource ${name}`, a.get(name), b.get(name)));
}

const resourcesOf = (file: Uint8Array): ReadonlyMap<string, Uint8Array> =>
  new Map(
    resourceEntries(file)
      .filter(({ id }) => !PACKAGED.has(String(id)))
      .map(({ type, id, lang, bin }) => [`${RESOURCE_TYPES[type] ?? type} ${id}, language ${lang}`, new Uint8Array(bin)]),
  );

function headersAndSections(first: Uint8Array, second: Uint8Array): readonly Difference[] {
  const found: Difference[] = [];
  const [fieldsA, fieldsB] = [headerFields(first), headerFields(second)];
  for (const name of new Set([...fieldsA.keys(), ...fieldsB.keys()]))
    found.push(...differentValues(`PE header: ${name}`, hex(fieldsA.get(name)), hex(fieldsB.get(name))));
  const [a, b] = [peSections(first), peSections(second)];
  const bytesOf = (file: Uint8Array, section: (typeof a)[number] | undefined): Uint8Array | undefined =>
    section && file.subarray(section.start, section.start + section.sizeBytes);
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const name = (a[index] ?? b[index])?.name ?? '';
    found.push(...differentBytes(`section ${name}`, bytesOf(first, a[index]), bytesOf(second, b[index])));
  }
  const end = (sections: typeof a): number => Math.max(0, ...sections.map(({ start, sizeBytes }) => start + sizeBytes));
  found.push(...differentBytes('behind the last section', first.subarray(end(a)), second.subarray(end(b))));
  return found;
}

const hex = (value: number | undefined): string | undefined => (value === undefined ? undefined : `0x${value.toString(16)}`);
