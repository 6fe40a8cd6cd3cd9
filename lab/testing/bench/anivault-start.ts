import { remotePath } from '../../core/ids.ts';
import { BENCH_VERSION, anivaultGuest, durationsOf, measured } from './anivault-guest.ts';
import type { Bench } from './bench-definition.ts';
import { ratios, rotated } from './measurement.ts';

/** Runs are short and the machine is never quite still. */
const RUNS_PER_ROUND = 8;
const MOST_RATIO = 1.15;
/** `0`, and the sign of life that a measured program has to give, in the way that costs least. */
const NODE_PROGRAM = "0;fs.writeSync(1,'here')";

/** How long the program takes to start, beside the runtime it is made of and the least that a Windows program does. */
export const anivaultStart: Bench = {
  name: 'anivault-start',
  family: 'anivault',
  title: 'Start-up of the executable',
  about:
    '`anivault.exe --version` and `--help`, `node.exe -e 0` (and one word written, so that it is known to have run) with the Node that it is made of, and `cmd /c echo`, in turn in one embedded guest and timed in there, after one run of each that is thrown away. Each round is the fastest of some runs: whatever else the machine does only adds.',
  measure: async (context) => {
    const { rounds, quick, call, say } = context;
    await using guest = await anivaultGuest(context);
    const programs = [
      measured('version', guest, guest.anivault, ['--version'], BENCH_VERSION),
      measured('node', guest, guest.node, ['-e', NODE_PROGRAM], 'here'),
      measured('help', guest, guest.anivault, ['--help'], 'Usage: anivault'),
      measured('cmd', guest, remotePath('C:\\windows\\system32\\cmd.exe'), ['/d', '/c', 'echo here'], 'here'),
    ];
    await durationsOf(guest.toolkit, programs, 1, call);
    const fastest = new Map(programs.map(({ series }) => [series, [] as number[]]));
    for (let round = 0; round < rounds; round += 1) {
      const inTurn = rotated(programs, round);
      const durations = await durationsOf(guest.toolkit, inTurn, quick ? 2 : RUNS_PER_ROUND, call);
      for (const [index, { series }] of inTurn.entries()) fastest.get(series)?.push(Math.min(...(durations[index] ?? [])));
      say(
        `round ${round + 1} of ${rounds}: ${inTurn.map(({ series }) => `${series} ${fastest.get(series)?.at(-1)?.toFixed(0)} ms`).join(', ')}`,
      );
    }
    const values = (series: string): readonly number[] => fastest.get(series) ?? [];
    return [
      { label: '`anivault.exe --version`', unit: 'ms', values: values('version') },
      { label: '`node.exe -e 0`', unit: 'ms', values: values('node') },
      { label: 'the first over the second', unit: '×', values: ratios(values('version'), values('node')), limit: MOST_RATIO },
      { label: '`anivault.exe --help`', unit: 'ms', values: values('help') },
      { label: '`cmd /c echo`', unit: 'ms', values: values('cmd') },
    ];
  },
};
