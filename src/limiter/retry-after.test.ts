import * as fc from 'fast-check';
import t from 'tap';
import { retryAfterMs } from './retry-after.ts';

const now = Date.parse('2026-01-02T03:04:05Z');

t.test('seconds', async (t) => {
  t.equal(retryAfterMs('120', null, now), 120_000);
  t.equal(retryAfterMs(' 0 ', null, now), 0);
});

t.test('a date is compared with the date of the answer, not with a clock that may be wrong', async (t) => {
  t.equal(retryAfterMs('Fri, 02 Jan 2026 03:04:35 GMT', 'Fri, 02 Jan 2026 03:04:05 GMT', now - 3_600_000), 30_000);
  t.equal(retryAfterMs('Fri, 02 Jan 2026 03:04:35 GMT', null, now), 30_000);
  t.equal(retryAfterMs('Fri, 02 Jan 2026 03:04:35 GMT', 'yesterday', now), 30_000);
  t.equal(retryAfterMs('Fri, 02 Jan 2026 03:04:00 GMT', null, now), 0, 'what is over is over');
});

t.test('the old forms of a date', async (t) => {
  const date = 'Sun, 06 Nov 1994 08:49:37 GMT';
  for (const same of ['Sun, 06 Nov 1994 08:50:37 GMT', 'Sunday, 06-Nov-94 08:50:37 GMT', 'Sun Nov  6 08:50:37 1994'])
    t.equal(retryAfterMs(same, date, now), 60_000, same);
});

t.test('anything else says nothing', async (t) => {
  for (const text of [null, '', 'soon', '-5', '1.5', '1e3', '99999999999', '2026-01-02T03:04:35Z', 'Fri, 99 Jan 2026 03:04:35 GMT'])
    t.equal(retryAfterMs(text, null, now), undefined, String(text));
  fc.assert(
    fc.property(fc.string(), fc.string(), (retryAfter, date) => {
      const ms = retryAfterMs(retryAfter, date, now);
      return ms === undefined || (ms >= 0 && Number.isFinite(ms));
    }),
  );
});
