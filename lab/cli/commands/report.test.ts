import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { validate } from '../../core/validate.ts';
import { sha256Of } from '../../host/hash.ts';
import { openCall } from '../../testing/calls.ts';
import { sampleRun, writeSampleRun } from '../../testing/fixtures/sample-run.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { projectRoot } from '../../testing/wine-rig.ts';
import { loadLabKey } from '../../trust/keys.ts';
import { sealRun } from '../../trust/seal.ts';
import { runCli } from '../cli.ts';
import { type Rendering, renderingFormat } from '../rendering.ts';

/** A sample run among the reports, and the command that renders it for a program. */
async function rigOf(t: Test) {
  const scratch = await scratchFolder(t);
  const [state, reports] = [path.join(scratch, 'state'), path.join(scratch, 'reports')];
  const sample = sampleRun('emulated');
  const folder = path.join(reports, sample.record.runId);
  await writeSampleRun(sample, folder);
  const report = async (...args: readonly string[]): Promise<{ readonly rendering: Rendering; readonly stderr: string }> => {
    let [stdout, stderr] = ['', ''];
    const exitCode = await runCli(['report', 'latest', '--json', ...args, '--reports', reports], {
      stdout: { write: (text) => void (stdout += text) },
      stderr: { write: (text) => void (stderr += text) },
      environment: { LAB_CACHE_DIR: path.join(scratch, 'cache'), LAB_STATE_DIR: state },
      cwd: projectRoot,
      signal: new AbortController().signal,
    });
    if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
    return { rendering: validate(renderingFormat, JSON.parse(stdout), 'stdout'), stderr };
  };
  const seal = async (): Promise<unknown> =>
    await sealRun({ folder, key: await loadLabKey(state, openCall()), clock: { now: () => '2026-11-21T15:00:00.000Z' } }, openCall());
  return { scratch, sample, folder, report, seal };
}

t.test('one object says what was rendered, and nothing else is printed', async (t) => {
  const { sample, folder, report } = await rigOf(t);
  const { rendering, stderr } = await report();
  t.match(rendering, {
    runId: sample.record.runId,
    verdict: sample.record.verdict,
    finished: true,
    tornEnd: false,
    recordSha256: sha256Of(sample.recordText),
  });
  t.match(rendering.files[0], { path: path.join(folder, 'report.html'), written: true });
  for (const file of rendering.files) t.not((await readFile(file.path)).length, 0, file.path);
  t.equal(stderr, '');
});

t.test('of a sealed run the files are compared and left, elsewhere they are written', async (t) => {
  const { scratch, report, seal } = await rigOf(t);
  await report();
  await seal();
  t.ok((await report()).rendering.files.every(({ written }) => !written));
  const elsewhere = path.join(scratch, 'out', 'other.html');
  t.match((await report('--output', elsewhere)).rendering.files[0], { path: elsewhere, written: true });
});

t.test('of a killed run it says so', async (t) => {
  const { folder, report } = await rigOf(t);
  await appendFile(path.join(folder, 'events.ndjson'), '{"sequence":');
  const { rendering, stderr } = await report();
  t.equal(rendering.tornEnd, true);
  t.match(stderr, /in the middle of a line/, 'people at the other stream are told, too');
});
