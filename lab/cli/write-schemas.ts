import path from 'node:path';
import { allFormats } from './all-formats.ts';
import { type SchemaDrift, schemaDrift, writeSchemas } from './schema-files.ts';

// Makes schemas/ from the definitions; with --check only says which files are out of date.
const folder = path.resolve(import.meta.dirname, '../../schemas');

const done: Readonly<Record<SchemaDrift['state'], string>> = { missing: 'wrote', outdated: 'wrote', unknown: 'removed' };
const found: Readonly<Record<SchemaDrift['state'], string>> = {
  missing: 'is missing',
  outdated: 'is out of date',
  unknown: 'belongs to no format',
};

if (process.argv.includes('--check')) {
  for (const { file, state } of await schemaDrift(folder, allFormats)) {
    process.stderr.write(`schemas/${file} ${found[state]}: run \`npm run schemas\`\n`);
    process.exitCode = 1;
  }
} else {
  for (const { file, state } of await writeSchemas(folder, allFormats)) process.stdout.write(`${done[state]} schemas/${file}\n`);
}
