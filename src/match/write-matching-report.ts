import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { matchingReport } from './matching-report.ts';

// Writes docs/reference/anivault-matching.md from a measurement; with --check only says whether it is out of date.
const file = path.join(import.meta.dirname, '../../docs/reference/anivault-matching.md');
const wanted = await matchingReport();
if (!process.argv.includes('--check')) writeFileSync(file, wanted);
else if (readFileSync(file, 'utf8') !== wanted) {
  // oxlint-disable-next-line no-console
  console.error('docs/reference/anivault-matching.md is out of date: run `node src/match/write-matching-report.ts`');
  process.exitCode = 1;
}
