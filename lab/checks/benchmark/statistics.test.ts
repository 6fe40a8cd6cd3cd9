import * as fc from 'fast-check';
import t from 'tap';
import { noiseBetween, summarize } from './statistics.ts';

t.test('a known series', async (t) => {
  t.match(summarize([1, 2, 3, 4, 100]), { n: 5, median: 3, deviation: 1 });
  t.match(summarize([7]), { n: 1, median: 7, deviation: 0, low: 7, high: 7 });
  t.equal(summarize([]), undefined);
});

t.test('the interval is the same every time, and holds the median', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 }), (values) => {
      const one = summarize(values);
      t.same(one, summarize([...values]));
      return (
        one !== undefined &&
        one.low <= one.median &&
        one.median <= one.high &&
        one.low >= Math.min(...values) &&
        one.high <= Math.max(...values)
      );
    }),
    { numRuns: 30 },
  );
});

t.test('more of the same makes the interval narrower', async (t) => {
  const few = summarize([90, 100, 110, 95, 105]);
  const many = summarize(Array.from({ length: 20 }, () => [90, 100, 110, 95, 105]).flat());
  t.ok(few && many && many.high - many.low < few.high - few.low);
});

t.test('about 95 of 100 intervals hold the true median', async (t) => {
  // Uniform numbers in [0, 1) from a fixed sequence: the true median is 0.5.
  let state = 12_345;
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  const rounds = 100;
  let held = 0;
  for (let round = 0; round < rounds; round += 1) {
    const summary = summarize(Array.from({ length: 15 }, next));
    if (summary && summary.low <= 0.5 && 0.5 <= summary.high) held += 1;
  }
  t.ok(held >= 88 && held <= 100, `${held} of ${rounds}`);
});

t.test('noise', async (t) => {
  t.equal(noiseBetween([100, 100], [100, 100]), 0);
  t.equal(noiseBetween([100], [150]), 0.5);
  t.equal(noiseBetween([150], [100]), 0.5, 'whichever is first');
  t.equal(noiseBetween([], [100]), Infinity);
  t.equal(noiseBetween([0], [100]), Infinity);
});
