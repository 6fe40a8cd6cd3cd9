import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { foreignPrograms } from '../../testing/winrm/foreign-programs.ts';

const page = await readFile(path.resolve(import.meta.dirname, '../../../docs/reference/winrm-interop.md'), 'utf8');
const files = (await readdir(import.meta.dirname)).filter(
  (name) => name.endsWith('.test.ts') && name !== path.basename(import.meta.filename),
);

/** `file.test.ts`: the title of a test of it */
const named = [...page.matchAll(/`([a-z-]+\.test\.ts)`: (.+?)(?=,? `[a-z-]+\.test\.ts`| +\|)/g)].map(([, file = '', title = '']) => ({
  file,
  title,
}));

t.test('every test that the page names is there, and every file of them is named', async (t) => {
  t.ok(named.length > 25, `${named.length} tests are named`);
  for (const { file, title } of named) {
    t.ok(files.includes(file), file);
    t.ok((await readFile(path.join(import.meta.dirname, file), 'utf8')).includes(`'${title}'`), `${file}: ${title}`);
  }
  t.same([...new Set(named.map(({ file }) => file))].toSorted(), files.toSorted());
});

t.test('every test is on the page', async (t) => {
  for (const file of files) {
    const text = await readFile(path.join(import.meta.dirname, file), 'utf8');
    // t.test('Basic', …, without those that only hold others
    for (const [, title = ''] of text.matchAll(/^ *(?:await )?t\.test\('(.+?)', (?!\{ skip, jobs)/gm))
      if (!title.includes('embedded guest')) t.ok(page.includes(`\`${file}\`: ${title}`), `${file}: ${title}`);
  }
});

t.test('every package is named', async (t) => {
  for (const { package: name, of } of Object.values(foreignPrograms)) if (of === 'winrm') t.ok(page.includes(`\`${name}\``), name);
});
