import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formats, schemaText } from './formats.ts';

// Writes schemas/anivault/*.json from the definitions; with --check only says which of them are out of date.
const folder = path.join(import.meta.dirname, '../../schemas/anivault');
const check = process.argv.includes('--check');
mkdirSync(folder, { recursive: true });
for (const format of formats) {
  const file = path.join(folder, format.file);
  const wanted = schemaText(format);
  if (!check) writeFileSync(file, wanted);
  else if (readOrEmpty(file) !== wanted) {
    // oxlint-disable-next-line no-console
    console.error(`schemas/anivault/${format.file} is out of date: run \`node src/contract/write-schemas.ts\``);
    process.exitCode = 1;
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
