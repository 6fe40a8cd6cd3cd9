import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { commandReference } from './command-reference.ts';

const docs = path.join(import.meta.dirname, '../../docs/anivault');

t.test('the command reference is what the command line says', async (t) => {
  const wanted = commandReference();
  t.equal(readFileSync(path.join(docs, 'command-reference.md'), 'utf8'), wanted, 'else run `node src/cli/write-command-reference.ts`');
  for (const text of ['anivault scan', 'anivault organize', 'anivault verify', '| 130 ', '`--apply`']) t.ok(wanted.includes(text), text);
});
