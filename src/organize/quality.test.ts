import t from 'tap';
import { compareQuality } from './quality.ts';

type Known = readonly [resolution: string | undefined, source: string | undefined, sizeBytes: number];
const compare = (a: Known, b: Known): number => {
  const of = ([resolution, source, sizeBytes]: Known): Parameters<typeof compareQuality>[0] => ({
    parsed: { ...(resolution === undefined ? {} : { resolution }), ...(source === undefined ? {} : { source }) },
    sizeBytes,
  });
  return Math.sign(compareQuality(of(a), of(b)));
};

t.test('from the best to the worst', async (t) => {
  const ordered: readonly Known[] = [
    ['4K', undefined, 1],
    ['1920x1080', 'BD', 3],
    ['1080p', 'Blu-ray', 2],
    ['1080', 'WEB-DL', 9],
    ['1080P', 'WEBRip', 9],
    ['1080p', 'DVD', 9],
    ['1080p', 'HDTV', 9],
    ['1080p', 'TV', 9],
    ['1080p', 'VHSRip', 9],
    ['1080p', 'who knows', 9],
    ['1080p', undefined, 8],
    ['1080i', 'BD', 9],
    ['1280×720', 'BD', 9],
    ['HD', undefined, 9],
    ['SD', 'BD', 9],
    [undefined, 'BD', 99],
    [undefined, undefined, 99],
    [undefined, undefined, 1],
  ];
  for (const [index, better] of ordered.entries()) {
    t.equal(compare(better, better), 0);
    for (const worse of ordered.slice(index + 1)) {
      t.equal(compare(better, worse), -1, `${better.join()} before ${worse.join()}`);
      t.equal(compare(worse, better), 1);
    }
  }
  t.equal(compareQuality({ parsed: undefined, sizeBytes: 1 }, { parsed: {}, sizeBytes: 1 }), 0);
});
