import type { Bench } from './bench-definition.ts';
import { type MeasuredLabRun, partsOf, remark, runLabCommand } from './lab-runs.ts';
import { ratios } from './measurement.ts';

/** The figure that a person feels, and what the second guest adds to it. */
export const labWarm: Bench = {
  name: 'lab-warm',
  title: 'A whole run, warm',
  about:
    '`npm run lab` as a process of its own with everything in the cache: with one guest and with two in turn, after one run that is thrown away. The parts are those of the runs with two guests; they overlap.',
  measure: async ({ root, rounds, call, say }) => {
    await runLabCommand(root, [], {}, call);
    const one: MeasuredLabRun[] = [];
    const two: MeasuredLabRun[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const [single, double] = [await runLabCommand(root, ['--guest', 'win11'], {}, call), await runLabCommand(root, [], {}, call)];
      one.push(single);
      two.push(double);
      say(`round ${round} of ${rounds}: one guest ${single.wallSeconds.toFixed(1)} s, two ${double.wallSeconds.toFixed(1)} s`);
    }
    const oneSeconds = one.map(({ wallSeconds }) => wallSeconds);
    const twoSeconds = two.map(({ wallSeconds }) => wallSeconds);
    return [
      { label: 'two guests', unit: 's', values: twoSeconds, limit: 45, ...remark(two) },
      { label: 'one guest', unit: 's', values: oneSeconds, ...remark(one) },
      { label: 'two guests over one', unit: '×', values: ratios(twoSeconds, oneSeconds), limit: 1.5 },
      ...partsOf(two),
    ];
  },
};
