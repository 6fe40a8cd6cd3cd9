import path from 'node:path';
import { readTextIfThere, writeFileAtomic } from '../host/files.ts';
import { pages } from './docs/pages.ts';

// Writes the generated pages of docs; with --check only says which of them are out of date.
const root = path.resolve(import.meta.dirname, '..', '..');
const check = process.argv.includes('--check');
for (const page of pages) {
  const file = path.join(root, page.file);
  const present = await readTextIfThere(file);
  const text = await page.text(present ?? '');
  if (present === text) continue;
  if (!check) {
    await writeFileAtomic(file, text);
    process.stdout.write(`wrote ${page.file}\n`);
  } else {
    process.stderr.write(`${page.file} is out of date: run \`npm run docs\`\n`);
    process.exitCode = 1;
  }
}
