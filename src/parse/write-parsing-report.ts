import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parsingReport } from './parsing-report.ts';

// Writes docs/reference/anivault-parsing.md from a measurement; with --check only says whether it is out of date.
const file = path.join(import.meta.dirname, '../../docs/reference/anivault-parsing.md');
const wanted = await parsingReport();
if (!process.argv.includes('--check')) writeFileSync(file, wanted);
else if (readFileSync(file, 'utf8') !== wanted) {
  // oxlint-disable-next-line no-console
  console.error('docs/reference/anivault-parsing.md is out of date: run `node src/parse/write-parsing-report.ts`');
  process.exitCode = 1;
}
