import type { Bench } from './bench-definition.ts';
import { type MeasuredBuild, buildBench, partsOfBuilds } from './build-runs.ts';

/** What a maintainer waits for between a change and a verdict about the bundle. */
export const build: Bench = {
  name: 'build',
  title: 'From source to scanned bundle',
  about:
    '`npm run lab -- scan` as a process of its own, in a clone of this repository with a cache of its own, after one run that is thrown away. Cold: nothing that was built, packed or scanned is kept, what was fetched is. Changed: a source of the program was changed and committed since the run before. Unchanged: nothing was. The parts follow each other, except that two scanners look at a time.',
  usualRounds: 3,
  measure: async ({ root, rounds, call, say }) => {
    await using bench = await buildBench(root, call);
    await bench.run();
    const cold: MeasuredBuild[] = [];
    const changed: MeasuredBuild[] = [];
    const unchanged: MeasuredBuild[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      await bench.forget();
      cold.push(await bench.run());
      await bench.change();
      changed.push(await bench.run());
      const again = await bench.run();
      if (again.reused === 0) throw new Error('nothing had changed, and nothing was reused: the figure would be about something else');
      unchanged.push(again);
      const seconds = [cold, changed, unchanged].map((runs) => runs.at(-1)?.wallSeconds.toFixed(1)).join(' s, ');
      say(`round ${round} of ${rounds}: cold, changed, unchanged ${seconds} s`);
    }
    const wall = (runs: readonly MeasuredBuild[]): readonly number[] => runs.map(({ wallSeconds }) => wallSeconds);
    return [
      { label: 'cold', unit: 's', values: wall(cold) },
      { label: 'changed', unit: 's', values: wall(changed), limit: 20 },
      { label: 'unchanged', unit: 's', values: wall(unchanged), limit: 3 },
      ...partsOfBuilds('Cold', cold),
      ...partsOfBuilds('Changed', changed),
      ...partsOfBuilds('Unchanged', unchanged),
    ];
  },
};
