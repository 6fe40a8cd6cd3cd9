import path from 'node:path';
import { type Format, jsonSchemaOf } from '../core/formats.ts';
import { filesBelow, readTextIfThere, removeTree, writeFileAtomic } from '../host/files.ts';

/** A file below `schemas/` that is not what the formats say. */
export interface SchemaDrift {
  /** Relative to `schemas/`. */
  readonly file: string;
  readonly state: 'missing' | 'outdated' | 'unknown';
}

/** The program keeps its own schemas there; they are none of the lab's business. */
const PROGRAM_FOLDER = 'anivault/';

/** The text of a format's schema file: indented, ending with a newline, keys in the order of the definition. */
export const schemaText = (format: Format): string => `${JSON.stringify(jsonSchemaOf(format), undefined, 2)}\n`;

/** What in the folder `schemas` differs from the formats, sorted by file: schemas that are not there, that say something else, or that no format names. */
export async function schemaDrift(folder: string, formats: readonly Format[]): Promise<readonly SchemaDrift[]> {
  const drifts: SchemaDrift[] = [];
  for (const format of formats) {
    const text = await readTextIfThere(path.join(folder, format.file));
    if (text !== schemaText(format)) drifts.push({ file: format.file, state: text === undefined ? 'missing' : 'outdated' });
  }
  const named = new Set(formats.map(({ file }) => file));
  for (const file of await filesBelow(folder)) {
    if (!named.has(file) && !file.startsWith(PROGRAM_FOLDER)) drifts.push({ file, state: 'unknown' });
  }
  return drifts.toSorted((a, b) => (a.file < b.file ? -1 : 1));
}

/** Makes the folder what the formats say and returns what had to be changed. Files no format names are removed. */
export async function writeSchemas(folder: string, formats: readonly Format[]): Promise<readonly SchemaDrift[]> {
  const drifts = await schemaDrift(folder, formats);
  for (const { file, state } of drifts) {
    if (state === 'unknown') await removeTree(path.join(folder, file));
    else for (const format of formats) if (format.file === file) await writeFileAtomic(path.join(folder, file), schemaText(format));
  }
  return drifts;
}
