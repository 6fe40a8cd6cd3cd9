import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createCipheriv } from 'node:crypto';
import type { Call } from '../../core/call.ts';
import { type LocalPath, type RemotePath, remotePath } from '../../core/ids.ts';
import { systemClock } from '../../host/clock.ts';
import { toolkitFor } from '../../toolkit/index.ts';
import { transports } from '../../transports/index.ts';
import type { Bench } from './bench-definition.ts';
import type { CopyTarget } from './comparators/copy-way.ts';
import { type Measurement, ratios, rotated } from './measurement.ts';
import { incompressible, scratchPlace } from './winrm-payloads.ts';
import { benchFolder, guestTarget, hostTarget } from './winrm-targets.ts';

const FILES = 2000;
const QUICK_FILES = 200;
const FILE_BYTES = 2000;
/** Files that are copied one by one, since two thousand would take too long. */
const ONE_BY_ONE_FILES = 50;
const FILES_A_FOLDER = 100;

/** What a file costs beside its bytes. */
export const winrmSmallFiles: Bench = {
  name: 'winrm-small-files',
  family: 'winrm',
  title: 'WinRM: many small files',
  about: [
    `${FILES} incompressible files of ${FILE_BYTES} bytes in ${FILES / FILES_A_FOLDER} folders, copied as one folder, beside one file of as many bytes.`,
    'What the guest itself takes to make that many files is measured too, by its toolkit, which writes them from one message: no way of copying can be quicker than that.',
  ].join(' '),
  onlyByName: true,
  usualRounds: 3,
  measure: async ({ call, quick, rounds, say }) => {
    await using scratch = await scratchPlace();
    const count = quick ? QUICK_FILES : FILES;
    const folder = path.join(scratch.folder, 'many') as LocalPath;
    await makeFiles(folder, count);
    const { path: single } = await incompressible(scratch.folder, count * FILE_BYTES, 'one-file');
    await using guest = await guestTarget('win11', call);
    await using host = await hostTarget(call);
    const load = { folder, single, count, rounds, say };
    return [...(await race(guest, 'An embedded guest', load, call)), ...(await race(host, 'An endpoint without a guest', load, call))];
  },
};

interface Load {
  readonly folder: LocalPath;
  readonly single: LocalPath;
  readonly count: number;
  readonly rounds: number;
  readonly say: (line: string) => void;
}

async function race(target: CopyTarget, group: string, load: Load, call: Call): Promise<readonly Measurement[]> {
  const { folder, single, count, rounds, say } = load;
  await using connection = await transports(systemClock).connect(target.http, call);
  const toolkit = toolkitFor(target.http.toolkit, connection);
  await toolkit.makeTree(benchFolder, [{ path: 'made.txt', text: '' }], call);
  const tree = Array.from({ length: count }, (_, at) => ({ path: nameOf(at).join('\\'), text: 'x'.repeat(FILE_BYTES) }));
  let copies = 0;
  const fresh = (): RemotePath => remotePath(`${benchFolder}\\many-${(copies += 1)}`);
  const remove = (what: RemotePath): Promise<void> => toolkit.remove(what, call);
  const oneByOne = Math.min(count, ONE_BY_ONE_FILES);
  const jobs: readonly (readonly [string, (to: RemotePath) => Promise<unknown>])[] = [
    ['one folder', (to) => connection.putDirectory(folder, to, call)],
    ['one file of as many bytes', (to) => connection.put(single, to, call)],
    ['making the files in the guest', (to) => toolkit.makeTree(to, tree, call)],
    [
      ONE_BY_ONE,
      async (to) => {
        for (let at = 0; at < oneByOne; at += 1) {
          const name = nameOf(at);
          await connection.put(path.join(folder, ...name) as LocalPath, remotePath([to, ...name].join('\\')), call);
        }
      },
    ],
  ];
  const seconds = new Map<string, number[]>(jobs.map(([label]) => [label, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const [label, job] of rotated(jobs, round + 1)) {
      const to = fresh();
      const startedMs = performance.now();
      await job(to);
      if (round >= 0) seconds.get(label)?.push((performance.now() - startedMs) / 1000);
      await remove(to);
    }
    if (round >= 0) say(`round ${round + 1} of ${rounds}: ${group}`);
  }
  const of = (label: string): readonly number[] => seconds.get(label) ?? [];
  const sum = of('one file of as many bytes').map((value, at) => value + (of('making the files in the guest')[at] ?? 0));
  const perFile = of(ONE_BY_ONE).map((value) => value / oneByOne);
  const wholeByOne = perFile.map((value) => value * count);
  return [
    { group, label: 'one folder over one file and making the files', unit: '×', values: ratios(of('one folder'), sum), limit: 1.5 },
    {
      group,
      label: 'one folder over one file of as many bytes',
      unit: '×',
      values: ratios(of('one folder'), of('one file of as many bytes')),
    },
    {
      group,
      label: 'the files one by one over one folder',
      unit: '×',
      values: ratios(wholeByOne, of('one folder')),
      note: `measured over ${oneByOne} of them`,
    },
    ...[...seconds].filter(([label]) => label !== ONE_BY_ONE).map(([label, values]): Measurement => ({ group, label, unit: 's', values })),
    { group, label: 'one file by itself', unit: 'ms', values: perFile.map((value) => value * 1000) },
  ];
}

const ONE_BY_ONE = 'one by one';

/** 12/file-1234.bin */
const nameOf = (at: number): readonly [string, string] => [String(Math.floor(at / FILES_A_FOLDER)), `file-${at}.bin`];

async function makeFiles(folder: string, count: number): Promise<void> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 'small'), Buffer.alloc(16));
  for (let at = 0; at < count; at += 1) {
    const [below, name] = nameOf(at);
    await mkdir(path.join(folder, below), { recursive: true });
    await writeFile(path.join(folder, below, name), cipher.update(Buffer.alloc(FILE_BYTES)));
  }
}
