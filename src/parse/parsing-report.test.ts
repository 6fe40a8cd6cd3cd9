import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { animeName } from '../contract/anime-name.ts';
import { readCorpus } from './corpus/read-corpus.ts';
import { shareFailed, shareWhole } from './measure-parsing.ts';
import { measureParsers, parsingReport } from './parsing-report.ts';

t.test('the corpus is what it has to be', async (t) => {
  const [usual, heldOut] = [readCorpus('usual'), readCorpus('held-out')];
  const names = [...usual, ...heldOut].map(({ name }) => name);
  t.ok(names.length >= 800, `${names.length} names`);
  t.equal(new Set(names).size, names.length, 'no name is there twice');
  for (const { name, wanted } of [...usual, ...heldOut])
    if (wanted !== undefined && !animeName.safeParse(wanted).success) t.fail(`${name} is to mean what the contract does not allow`);
});

t.test('at most three in a hundred names are not understood, and both parsers together are better than either', async (t) => {
  const { mix, own, anitomy } = await measureParsers();
  for (const part of ['usual', 'heldOut'] as const) {
    t.ok(shareFailed(mix[part]) <= 0.03, `${part}: ${shareFailed(mix[part])} failed`);
    t.ok(shareWhole(mix[part]) >= 0.97, `${part}: ${shareWhole(mix[part])} wholly right`);
    t.ok(shareFailed(mix[part]) <= shareFailed(own[part]), `${part}: anitomy does no harm`);
    t.ok(shareFailed(mix[part]) < shareFailed(anitomy[part]), `${part}: better than anitomy alone`);
  }
});

t.test('the page says what is measured', async (t) => {
  const page = readFileSync(path.join(import.meta.dirname, '../../docs/reference/anivault-parsing.md'), 'utf8');
  t.equal(page, await parsingReport(), 'else run `node src/parse/write-parsing-report.ts`');
});
