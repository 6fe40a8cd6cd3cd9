import t from 'tap';
import { SpareBuffers } from './spare-buffers.ts';

t.test('a large buffer that came back is used again, by whatever fits', async (t) => {
  const spare = new SpareBuffers();
  const first = spare.take(500_000);
  t.equal(first.length, 500_000);
  const { buffer } = first;
  t.not(spare.take(500_000).buffer, buffer, 'not while it is out');
  spare.giveBack(first);
  const again = spare.take(510_000);
  t.equal(again.buffer, buffer);
  t.equal(again.length, 510_000);
  spare.giveBack(again);
  t.not(spare.take(700_000).buffer, buffer, 'too small');
  t.equal(spare.take(100_000).buffer, buffer);
});

t.test('small buffers are not kept, and not many of the large', async (t) => {
  const spare = new SpareBuffers();
  const small = spare.take(1000);
  t.equal(small.length, 1000);
  spare.giveBack(small);
  const many = [100_000, 300_000, 200_000].map((sizeBytes) => spare.take(sizeBytes));
  for (const buffer of many) spare.giveBack(buffer);
  const kept = [spare.take(100_000), spare.take(100_000), spare.take(100_000)].map(({ buffer }) => buffer);
  t.same(
    many.map(({ buffer }) => kept.includes(buffer)),
    [false, true, true],
  );
});
