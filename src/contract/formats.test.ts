import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { formats, schemaText } from './formats.ts';

const folder = path.join(import.meta.dirname, '../../schemas/anivault');

t.test('the schema files are what the definitions say', async (t) => {
  t.same(readdirSync(folder).toSorted(), formats.map((format) => format.file).toSorted(), 'one file for each format, and no other');
  for (const format of formats) {
    t.equal(
      readFileSync(path.join(folder, format.file), 'utf8'),
      schemaText(format),
      `${format.file} is up to date (else run \`npm run schemas\`)`,
    );
  }
});
