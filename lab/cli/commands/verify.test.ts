import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { foldRecord } from '../../core/record.ts';
import type { RunVerification } from '../../trust/verify-run.ts';
import { openCall } from '../../testing/calls.ts';
import { reseal } from '../../testing/fixtures/reseal.ts';
import { type SampleRun, journalOf, sampleRun, writeSampleRun } from '../../testing/fixtures/sample-run.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { projectRoot } from '../../testing/wine-rig.ts';
import { loadLabKey } from '../../trust/keys.ts';
import { sealRun } from '../../trust/seal.ts';
import { runCli } from '../cli.ts';

interface Rig {
  readonly folder: string;
  readonly change: (file: string, change: (text: string) => string) => Promise<void>;
  readonly sealAgain: () => Promise<void>;
  readonly lab: (...args: readonly string[]) => Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;
}

/** The facts of sample runs are made up; those that `verify` reads would have to be valid. */
function withoutFacts(sample: SampleRun): SampleRun {
  const { text, lines } = journalOf(
    sample.lines.map(({ event }) => {
      if (event.type !== 'cell-finished') return event;
      const { facts: _, ...rest } = event;
      return rest;
    }),
  );
  const record = foldRecord(sample.plan, lines);
  return { ...sample, journalText: text, lines, record, recordText: `${JSON.stringify(record, undefined, 2)}\n` };
}

/** A sealed sample run among the reports, and the command line. */
async function rigOf(t: Test): Promise<Rig> {
  const scratch = await scratchFolder(t);
  const [state, reports] = [path.join(scratch, 'state'), path.join(scratch, 'reports')];
  const sample = withoutFacts(sampleRun('emulated'));
  const folder = path.join(reports, sample.record.runId);
  await writeSampleRun(sample, folder);
  const key = await loadLabKey(state, openCall());
  await sealRun({ folder, key, clock: { now: () => '2026-11-21T15:00:00.000Z' } }, openCall());
  return {
    folder,
    change: async (file, change) => writeFile(path.join(folder, file), change(await readFile(path.join(folder, file), 'utf8'))),
    sealAgain: () => reseal(folder, key),
    lab: async (...args) => {
      let [stdout, stderr] = ['', ''];
      const exitCode = await runCli([...args, '--reports', reports], {
        stdout: { write: (text) => void (stdout += text) },
        stderr: { write: (text) => void (stderr += text) },
        environment: { LAB_CACHE_DIR: path.join(scratch, 'cache'), LAB_STATE_DIR: state },
        cwd: projectRoot,
        signal: new AbortController().signal,
      });
      return { exitCode, stdout, stderr };
    },
  };
}

t.test('a good run: exit code 0', async (t) => {
  const { lab } = await rigOf(t);
  t.match(await lab('verify', 'latest'), {
    exitCode: 0,
    stdout: /^✓ .*\n {2}sealed by key .* not one byte changed\n {2}verdict accepted, emulated/s,
  });
  t.match(JSON.parse((await lab('verify', 'latest', '--json')).stdout) as RunVerification, { outcome: 'verified', problems: [] });
});

t.test('a changed run: exit code 1, and what is wrong', async (t) => {
  const { lab, change } = await rigOf(t);
  await change('record.json', (text) => text.replace('"accepted"', '"rejected"'));
  t.match(await lab('verify', 'latest'), {
    exitCode: 1,
    stdout: /✗ record\.json has changed.*problems?: this run is not what was sealed/s,
  });
});

t.test('a run of another version: exit code 3, never a tick', async (t) => {
  const { lab, change, sealAgain } = await rigOf(t);
  await change('record.json', (text) => text.replace(/"fold": \d+/, '"fold": 99'));
  t.match(await lab('verify', 'latest'), { exitCode: 1 }, 'as long as it is not sealed so');
  await sealAgain();
  const { exitCode, stdout } = await lab('verify', 'latest');
  t.equal(exitCode, 3);
  t.match(stdout, /sealed by another version of the lab \(.*fold 99.*\): seal checked, fold not repeated/);
  t.match(stdout, /verdict accepted, emulated.* by its own account/);
  t.notMatch(stdout, /✓/);
  t.match(JSON.parse((await lab('verify', 'latest', '--json')).stdout) as RunVerification, {
    outcome: 'sealed-only',
    sealedBy: { fold: 99 },
  });
  t.match(await lab('list'), { exitCode: 0, stdout: /unreadable.*makes records in another way/ });
  for (const command of ['report', 'rejudge']) t.match(await lab(command, 'latest'), { exitCode: 2, stderr: /trust\.other-version/ });
});
