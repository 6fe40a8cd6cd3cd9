import path from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import t from 'tap';
import { jsonSchemaOf } from '../core/formats.ts';
import { examplesOf } from '../testing/fixtures/format-examples.ts';
import { mutationsOf } from '../testing/mutations.ts';
import { allFormats } from './all-formats.ts';
import { schemaDrift } from './schema-files.ts';

const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void;

t.test('schemas/ is what the formats say', async (t) => {
  t.same(await schemaDrift(path.resolve(import.meta.dirname, '../../schemas'), allFormats), [], 'run `npm run schemas`');
});

t.test('no two formats share a file, and each names its version', async (t) => {
  const files = allFormats.map(({ file }) => file);
  t.same(files, [...new Set(files)]);
  for (const file of files) t.match(file, /^(?:[a-z-]+\/)?[a-z0-9-]+\.v\d+\.json$/);
});

/** Compiled with every strictness there is, also what says only that something is loose. */
const compile = (schema: object): ValidateFunction => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: false });
  addFormats(ajv);
  return ajv.compile(schema);
};

for (const format of allFormats) {
  t.test(format.file, async (t) => {
    const isValid = compile(jsonSchemaOf(format));
    const examples = examplesOf(format.file).map((example) => JSON.parse(JSON.stringify(example)) as unknown);
    t.not(examples.length, 0, 'there is an example');
    let refused = 0;
    const disagreements: string[] = [];
    for (const example of examples) {
      t.equal(isValid(example), true, 'an example is valid', { errors: isValid.errors });
      t.equal(format.schema.safeParse(example).success, true, 'also to its definition');
      for (const { what, value } of mutationsOf(example)) {
        const accepted = isValid(value);
        if (!accepted) refused += 1;
        if (accepted !== format.schema.safeParse(value).success)
          disagreements.push(`${what}: the schema ${accepted ? 'accepts' : 'refuses'} it`);
      }
    }
    t.not(refused, 0, 'bad values are refused');
    t.same([...new Set(disagreements)], [], 'schema and definition agree on every mutation');
  });
}

t.test('rules that JSON Schema cannot say are known', async (t) => {
  const config = allFormats.find(({ file }) => file === 'lab-config.v1.json');
  const [example] = examplesOf('lab-config.v1.json') as readonly { readonly guests: readonly unknown[] }[];
  if (!config || !example) throw new Error('the configuration has no format or no example');
  const twice = { ...example, guests: [example.guests[0], example.guests[0]] };
  t.equal(config.schema.safeParse(twice).success, false, 'the definition refuses two guests of one name');
  t.equal(compile(jsonSchemaOf(config))(twice), true, 'the schema cannot: the lab reads its configuration by the definition');
});
