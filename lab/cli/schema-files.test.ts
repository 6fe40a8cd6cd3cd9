import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { z } from 'zod';
import type { Format } from '../core/formats.ts';
import { schemaDrift, writeSchemas } from './schema-files.ts';

const formats: readonly Format[] = [
  { file: 'one.v1.json', title: 'One', schema: z.strictObject({ b: z.string(), a: z.int() }) },
  { file: 'facts/two.v1.json', title: 'Two', schema: z.array(z.string()) },
];

t.test('what differs is found and mended, and the program’s own schemas are left alone', async (t) => {
  const folder = t.testdir({
    'one.v1.json': '{}',
    'gone.v1.json': '{}',
    facts: { 'gone.v1.json': '{}' },
    anivault: { 'plan.v1.json': '{}' },
  });
  const drifts = [
    { file: 'facts/gone.v1.json', state: 'unknown' },
    { file: 'facts/two.v1.json', state: 'missing' },
    { file: 'gone.v1.json', state: 'unknown' },
    { file: 'one.v1.json', state: 'outdated' },
  ];
  t.same(await schemaDrift(folder, formats), drifts);
  t.same(await writeSchemas(folder, formats), drifts);
  t.same(await schemaDrift(folder, formats), []);
  t.same((await readdir(folder, { recursive: true })).toSorted(), [
    'anivault',
    'anivault/plan.v1.json',
    'facts',
    'facts/two.v1.json',
    'one.v1.json',
  ]);
  t.equal(await readFile(path.join(folder, 'anivault/plan.v1.json'), 'utf8'), '{}');
  const text = await readFile(path.join(folder, 'one.v1.json'), 'utf8');
  t.match(
    text,
    /^\{\n {2}"\$schema": "https:\/\/json-schema\.org\/draft\/2020-12\/schema",\n {2}"\$id": "one\.v1\.json",\n {2}"title": "One",\n/,
  );
  t.match(text, /\n\}\n$/, 'it ends with one newline');
  t.ok(text.indexOf('"b"') < text.indexOf('"a"'), 'keys keep the order of the definition');
});
