import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandReference } from './command-reference.ts';

// Writes docs/anivault/command-reference.md; with --check only says whether it is out of date.
const file = path.join(import.meta.dirname, '../../docs/anivault/command-reference.md');
const wanted = commandReference();
if (!process.argv.includes('--check')) writeFileSync(file, wanted);
else if (readFileSync(file, 'utf8') !== wanted) {
  // oxlint-disable-next-line no-console
  console.error('docs/anivault/command-reference.md is out of date: run `node src/cli/write-command-reference.ts`');
  process.exitCode = 1;
}
