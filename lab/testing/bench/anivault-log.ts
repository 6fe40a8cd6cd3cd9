import { joinRemote } from '../../core/ids.ts';
import type { TreeFile } from '../../core/toolkit.ts';
import { type AnivaultGuest, anivaultGuest, measured } from './anivault-guest.ts';
import type { Bench, BenchContext } from './bench-definition.ts';
import { ratios, rotated } from './measurement.ts';

const FOLDERS = 40;
const VIDEOS_EACH = 100;
const RUNS_PER_ROUND = 3;
const MOST_RATIO = 1.05;
const SERIES = { off: 'off', twin: 'off', debug: 'debug' } as const;
type Series = keyof typeof SERIES;

/** What a log of everything costs a scan. */
export const anivaultLog: Bench = {
  name: 'anivault-log',
  family: 'anivault',
  title: 'Cost of the log',
  about: `\`anivault.exe scan --json\` of ${FOLDERS * VIDEOS_EACH} videos in an embedded guest, with \`--log-level debug\`, which writes a line for each, and \`off\`, in turn; the time is what the scan says of itself, without the start. \`off\` is measured twice: how far it differs from itself is what the ratio is worth. Each round is the fastest of some runs.`,
  measure: async (context) => {
    const { rounds, quick, call, say } = context;
    await using guest = await anivaultGuest(context);
    const library = joinRemote(guest.folder, 'library');
    for (let folder = 0; folder < FOLDERS; folder += 1)
      await guest.toolkit.makeTree(joinRemote(library, `Show ${folder}`), videos(folder), call);
    const scan = (series: Series): ReturnType<typeof measured> =>
      measured(series, guest, guest.anivault, ['scan', library, '--json', '--log-level', SERIES[series]], '"scan-summary"');
    const fastest: Record<Series, number[]> = { off: [], twin: [], debug: [] };
    await scanMs(guest, [scan('debug')], 1, call);
    for (let round = 0; round < rounds; round += 1) {
      const inTurn = rotated(Object.keys(SERIES) as Series[], round);
      const times = await scanMs(guest, inTurn.map(scan), quick ? 1 : RUNS_PER_ROUND, call);
      for (const [index, series] of inTurn.entries()) fastest[series].push(Math.min(...(times[index] ?? [])));
      say(`round ${round + 1} of ${rounds}: ${inTurn.map((series) => `${series} ${fastest[series].at(-1)?.toFixed(0)} ms`).join(', ')}`);
    }
    return [
      { label: 'scan without a log', unit: 'ms', values: fastest.off },
      { label: 'scan with a log of everything', unit: 'ms', values: fastest.debug },
      { label: 'with over without', unit: '×', values: ratios(fastest.debug, fastest.off), limit: MOST_RATIO },
      { label: 'without over without', unit: '×', values: ratios(fastest.twin, fastest.off) },
    ];
  },
};

const videos = (folder: number): readonly TreeFile[] =>
  Array.from({ length: VIDEOS_EACH }, (_, index) => ({
    path: `[Group] Show ${folder} - ${String(index + 1).padStart(3, '0')} [1080p].mkv`,
    text: `${index}\n`,
  }));

/** The milliseconds of each scan by its own account. Throws when one did not see all files. */
async function scanMs(
  { toolkit }: AnivaultGuest,
  programs: readonly ReturnType<typeof measured>[],
  rounds: number,
  call: BenchContext['call'],
): Promise<readonly (readonly number[])[]> {
  const runs = await toolkit.measure(programs, rounds, call);
  return programs.map(({ series }) =>
    runs
      .filter((run) => run.series === series)
      .map(({ lastLine }) => {
        const { files, durationMs } = JSON.parse(lastLine) as { files?: unknown; durationMs?: unknown };
        if (files !== FOLDERS * VIDEOS_EACH || typeof durationMs !== 'number') throw new Error(`${series}: ${lastLine}`);
        return durationMs;
      }),
  );
}
