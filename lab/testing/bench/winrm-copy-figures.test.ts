import { readFile } from 'node:fs/promises';
import t from 'tap';
import type { CopyWay } from './comparators/copy-way.ts';
import { copyRows } from './winrm-copy-figures.ts';
import { type Lap, collected } from './winrm-copy-rounds.ts';
import { headOf, incompressible, scratchPlace } from './winrm-payloads.ts';

const way = (label: string, mostBytes?: number): CopyWay => ({
  label,
  leaves: 'the-file',
  open: () => Promise.resolve('never opened'),
  ...(mostBytes === undefined ? {} : { mostBytes }),
});
const lap = (megabytesPerSecond: number): Lap => ({ megabytesPerSecond });
const [ours, theirs, absent] = [way('ours'), way('theirs', 2_000_000), way('absent')];

t.test('ratios come first, each of two values of one round, and aims are judged', async (t) => {
  const figures = collected([
    new Map<CopyWay, Lap | string>([
      [ours, { ...lap(40), cpu: { lab: 1, endpoint: 0.5, guest: 0.25 } }],
      [theirs, lap(2)],
      [absent, 'it is not there'],
    ]),
    new Map<CopyWay, Lap | string>([
      [theirs, lap(8)],
      [ours, { ...lap(80), cpu: { lab: 2, endpoint: 1.5, guest: 0.25 } }],
      [absent, 'it is not there'],
    ]),
  ]);
  const rows = copyRows('One guest', figures, [
    { way: ours, over: theirs, atLeast: 10 },
    { way: ours, over: absent, atLeast: 2 },
    { way: ours, over: way('not in this race') },
  ]);
  const group = 'One guest';
  t.same(rows, [
    { group, label: 'ours over theirs', unit: '×', values: [20, 10], atLeast: 10 },
    { group, label: 'ours over absent', unit: '×', values: [], note: 'it is not there' },
    { group, label: 'ours', unit: 'MB/s', values: [40, 80], note: 'CPU 1.50 + 1.00 + 0.25 s' },
    { group, label: 'theirs', unit: 'MB/s', values: [2, 8], note: 'measured over the first 2 MB' },
    { group, label: 'absent', unit: 'MB/s', values: [], note: 'it is not there' },
  ]);
});

t.test('a way that failed to open once has no figures at all', async (t) => {
  const figures = collected([new Map([[ours, lap(40)]]), new Map([[ours, 'gone']]), new Map([[ours, lap(50)]])]);
  t.equal(figures.get(ours), 'gone');
});

t.test('payloads are the same every time and do not shrink', async (t) => {
  await using first = await scratchPlace();
  await using second = await scratchPlace();
  const [one, two, other] = [
    await incompressible(first.folder, 1_500_000),
    await incompressible(second.folder, 1_500_000),
    await incompressible(second.folder, 1_500_000, 'other'),
  ];
  t.equal(one.sha256, two.sha256);
  t.not(one.sha256, other.sha256);
  t.equal((await readFile(one.path)).length, 1_500_000);
  const head = await headOf(one, 100);
  t.same(await readFile(head.path), (await readFile(one.path)).subarray(0, 100));
  t.equal(head.sizeBytes, 100);
  t.equal(await headOf(one, 1_500_000), one, 'the whole is its own head');
});
