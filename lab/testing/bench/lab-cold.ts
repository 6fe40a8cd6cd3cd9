import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Bench } from './bench-definition.ts';
import { partsOf, remark, runLabCommand } from './lab-runs.ts';

/** What a person waits for the first time. */
export const labCold: Bench = {
  name: 'lab-cold',
  title: 'A whole run, cold',
  about: '`npm run lab` with an empty cache folder: all that guests are made of is fetched, verified and unpacked. The parts overlap.',
  onlyByName: true,
  measure: async ({ root, call }) => {
    const cache = await mkdtemp(path.join(os.tmpdir(), 'anivault-bench-cache-'));
    try {
      const run = await runLabCommand(root, [], { LAB_CACHE_DIR: cache }, call);
      return [{ label: 'two guests', unit: 's', values: [run.wallSeconds], limit: 150, ...remark([run]) }, ...partsOf([run])];
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
  },
};
