import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { fdir } from 'fdir';
import type { Call } from '../../core/call.ts';
import { exec } from '../../host/exec.ts';
import type { Bench } from './bench-definition.ts';
import { type Measurement, ratios, rotated } from './measurement.ts';

const FILES = 300_000;
const QUICK_FILES = 15_000;
const FILES_A_FOLDER = 150;
const FOLDERS_A_SHOW = 10;
/** Every tenth file is a subtitle. */
const SUBTITLE_EVERY = 10;
const MEGABYTE = 1_000_000;

interface Run {
  readonly seconds: number;
  readonly paths: number;
}

/** How fast the program looks through a large collection, what it needs for that, and what its parts take beside the tools that do the same. */
export const anivaultScan: Bench = {
  name: 'anivault-scan',
  family: 'anivault',
  title: 'Scan of a large collection',
  about: `\`scan --json\` of the development tree, as a process of its own, over ${FILES.toLocaleString('en-US')} empty files with names as fansub groups give them, in folders of ${FILES_A_FOLDER}, in the file system's cache; its output goes to a pipe that is read. Then the walk alone, which asks for the size of each file and keeps the order of names, in turn with \`find\` (sizes as well) and \`fdir\` (names only). Reading a name is measured in a process of its own, after it was done 20,000 times: names of one usual shape, and those of the corpus.`,
  measure: async ({ root, rounds, quick, call, say }) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'anivault-bench-scan-'));
    try {
      const files = quick ? QUICK_FILES : FILES;
      say(`making ${files.toLocaleString('en-US')} files`);
      const paths = await makeCollection(folder, files);
      return await measure(root, folder, paths, rounds, call, say);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(
  root: string,
  folder: string,
  paths: number,
  rounds: number,
  call: Call,
  say: (line: string) => void,
): Promise<readonly Measurement[]> {
  const peaks: number[] = [];
  const parts: readonly (readonly [string, () => Promise<Run>])[] = [
    ['scan', async () => scan(root, folder, call, (bytes) => peaks.push(bytes / MEGABYTE))],
    ['walk', async () => walkAlone(root, folder, call)],
    ['find', async () => timed(() => promisify(execFile)('find', [folder, '-printf', '%s %P\\n'], { maxBuffer: 1 << 30 }), lines)],
    [
      'fdir',
      async () =>
        timed(
          () => new fdir().withFullPaths().withDirs().crawl(folder).withPromise(),
          (found) => found.length,
        ),
    ],
  ];
  const runs = new Map<string, number[]>(parts.map(([label]) => [label, []]));
  const names: { readonly usual: number; readonly corpus: number }[] = [];
  for (let round = -1; round < rounds; round += 1) {
    for (const [label, run] of rotated(parts, round + 1)) {
      const { seconds, paths: seen } = await run();
      if (seen !== paths) throw new Error(`${label} saw ${seen} paths, there are ${paths}`);
      if (round >= 0) runs.get(label)?.push(seconds);
    }
    if (round < 0) peaks.length = 0;
    else names.push(await answerOf(root, ['parse'], call));
    if (round >= 0) say(`round ${round + 1} of ${rounds}`);
  }
  const of = (label: string): readonly number[] => runs.get(label) ?? [];
  const aMinute = (label: string): readonly number[] => of(label).map((seconds) => (paths / seconds / MEGABYTE) * 60);
  return [
    { label: 'scan', unit: 'million paths a minute', values: aMinute('scan'), atLeast: 2.4 },
    { label: 'peak memory of scan', unit: 'MB', values: peaks, limit: 500 },
    { label: 'scan, from the start of its process to its end', unit: 's', values: of('scan') },
    {
      label: 'reading a name of one usual shape',
      unit: 'thousand a second',
      values: names.map(({ usual }) => usual / 1_000),
      atLeast: 100,
    },
    { label: 'reading a name of the corpus', unit: 'thousand a second', values: names.map(({ corpus }) => corpus / 1_000) },
    ...(['walk', 'find', 'fdir'] as const).map((label): Measurement => ({
      group: 'The walk alone',
      label,
      unit: 'million paths a minute',
      values: aMinute(label),
    })),
    { group: 'The walk alone', label: 'time of the walk over that of find', unit: '×', values: ratios(of('walk'), of('find')) },
    {
      group: 'The walk alone',
      label: 'time of the walk over that of fdir',
      unit: '×',
      values: ratios(of('walk'), of('fdir')),
      note: 'which asks for no sizes',
    },
  ];
}

/** Makes the files; gives how many paths there are with the folders and the one that they all are in. */
async function makeCollection(folder: string, files: number): Promise<number> {
  let paths = 1;
  for (let made = 0; made < files; made += FILES_A_FOLDER) {
    const at = made / FILES_A_FOLDER;
    const show = Math.floor(at / FOLDERS_A_SHOW) + 1;
    const season = (at % FOLDERS_A_SHOW) + 1;
    const into = path.join(folder, `Hana no Uta ${show}`, `Season ${season}`);
    await mkdir(into, { recursive: true });
    paths += season === 1 ? 2 : 1;
    const names = Array.from({ length: Math.min(FILES_A_FOLDER, files - made) }, (_, index) =>
      nameOf(show, season, made + index, index + 1),
    );
    await Promise.all(names.map((name) => writeFile(path.join(into, name), '')));
    paths += names.length;
  }
  return paths;
}

const nameOf = (show: number, season: number, at: number, episode: number): string =>
  `[Lab] Hana no Uta ${show} S${season} - ${String(episode).padStart(2, '0')} (1080p) [${(0x1000_0000 + at * 7_919).toString(16).toUpperCase()}].${at % SUBTITLE_EVERY === 0 ? 'ass' : 'mkv'}`;

async function scan(root: string, folder: string, call: Call, peak: (bytes: number) => void): Promise<Run> {
  let last = '';
  const args = ['--no-warnings', path.join(root, 'src/main.ts'), 'scan', folder, '--json'];
  const { exitCode, stderr, durationMs } = await exec(process.execPath, args, call, {
    onOutput: (piece) => {
      last = (last + Buffer.from(piece).toString('latin1')).slice(-2_000);
    },
  });
  if (exitCode !== 0) throw new Error(`scan ended with ${exitCode}: ${stderr}`);
  const summary = JSON.parse(last.trimEnd().split('\n').at(-1) ?? '') as Readonly<Record<string, number>>;
  if (summary['files'] === 0 || summary['files'] !== summary['parsed'])
    throw new Error(`not every name was read: ${JSON.stringify(summary)}`);
  peak(summary['peakMemoryBytes'] ?? NaN);
  return { seconds: durationMs / 1_000, paths: summary['paths'] ?? NaN };
}

async function walkAlone(root: string, folder: string, call: Call): Promise<Run> {
  const { durationMs, paths } = await answerOf<{ readonly durationMs: number; readonly paths: number }>(root, ['walk', folder], call);
  return { seconds: durationMs / 1_000, paths };
}

/** What the program's own measuring says, which times itself without the start of its process. */
async function answerOf<Answer>(root: string, args: readonly string[], call: Call): Promise<Answer> {
  const program = ['--no-warnings', path.join(root, 'src/testing/measure-scan.main.ts'), ...args];
  const { exitCode, stdout, stderr } = await exec(process.execPath, program, call);
  if (exitCode !== 0) throw new Error(`measuring ${args[0]} ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout) as Answer;
}

async function timed<Result>(work: () => Promise<Result>, count: (result: Result) => number): Promise<Run> {
  const start = performance.now();
  const result = await work();
  return { seconds: (performance.now() - start) / 1_000, paths: count(result) };
}

const lines = ({ stdout }: { readonly stdout: string }): number => stdout.split('\n').length - 1;
