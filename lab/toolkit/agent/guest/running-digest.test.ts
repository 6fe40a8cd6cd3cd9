import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { scratchFolder } from '../../../testing/scratch-folder.ts';
import { RunningDigest, digestKeptOf } from './running-digest.ts';

const folder = await scratchFolder(t);
const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Writes pieces to their places as a fetch does, `digest` beside it. */
function written(name: string, pieces: readonly (readonly [offset: number, text: string])[]): string {
  const file = path.join(folder, name);
  const handle = openSync(file, 'w+');
  const digest = new RunningDigest(file);
  for (const [offset, text] of pieces) {
    writeSync(handle, text, offset);
    digest.add(Buffer.from(text), offset);
  }
  digest.keep(handle);
  closeSync(handle);
  return file;
}

const inOrder = [
  [0, 'abc'],
  [3, 'def'],
] as const;

t.test('what was written in order need not be read again', async (t) => {
  const file = written('whole', inOrder);
  t.same(digestKeptOf(file), { sizeBytes: 6, sha256: sha256Of('abcdef') });
  t.equal(digestKeptOf(file), undefined, 'it is told once');
});

t.test('it does not count for anything else', async (t) => {
  t.equal(digestKeptOf(written('gap', [inOrder[1]])), undefined, 'not from the beginning');
  t.equal(digestKeptOf(written('turned', [inOrder[1], inOrder[0]])), undefined, 'not in order');
  t.equal(digestKeptOf(written('twice', [...inOrder, inOrder[1]])), undefined, 'written over');
  const longer = written('longer', inOrder);
  writeFileSync(longer, 'more', { flag: 'a' });
  t.equal(digestKeptOf(longer), undefined, 'grown since');
  const changed = written('changed', inOrder);
  utimesSync(changed, 1, 1);
  t.equal(digestKeptOf(changed), undefined, 'touched since');
  const gone = written('gone', inOrder);
  rmSync(gone);
  t.equal(digestKeptOf(gone), undefined, 'gone since');
  const first = written('first', inOrder);
  written('second', inOrder);
  t.equal(digestKeptOf(first), undefined, 'another one was fetched since');
});
