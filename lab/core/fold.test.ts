import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { sampleKinds, sampleRun } from '../testing/fixtures/sample-run.ts';
import type { JournalLine } from './event.ts';
import type { Plan } from './plan.ts';
import { FOLD_VERSION, type RunRecord, foldRecord } from './record.ts';

const frozenIn = (version: number): string => path.join(import.meta.dirname, `fold.v${version}.golden.json`);

interface FrozenRun {
  readonly plan: Plan;
  readonly lines: readonly JournalLine[];
  readonly record: RunRecord;
}

// UPDATE_GOLDEN=1 freezes today's sample runs as what this version makes of them; it is for a version that has just been raised.
if (process.env['UPDATE_GOLDEN'] === '1') {
  const runs = sampleKinds
    // The hostile one is a megabyte of text that the fold does not look at.
    .filter((kind) => kind !== 'hostile')
    .map((kind) => {
      const { plan, lines, record } = sampleRun(kind, { checks: 3 });
      return [kind, { plan, lines, record }];
    });
  writeFileSync(frozenIn(FOLD_VERSION), `${JSON.stringify(Object.fromEntries(runs))}\n`);
}

t.test('a fold that makes other records is another version', async (t) => {
  const file = frozenIn(FOLD_VERSION);
  t.ok(existsSync(file), 'each version of the fold has its frozen runs: UPDATE_GOLDEN=1 makes them');
  t.notOk(existsSync(frozenIn(FOLD_VERSION - 1)), 'those of the version before are removed: no lab can make them again');
  const frozen = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, FrozenRun>>;
  t.ok(Object.keys(frozen).length >= 4);
  for (const [kind, { plan, lines, record }] of Object.entries(frozen)) {
    t.same(
      JSON.parse(JSON.stringify(foldRecord(plan, lines))),
      record,
      `${kind}: if this change is wanted, raise FOLD_VERSION in lab/core/record.ts and freeze the runs anew`,
    );
  }
});
