import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { validate } from '../../core/validate.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { projectRoot } from '../../testing/wine-rig.ts';
import { runCli } from '../cli.ts';
import { cleaningFormat } from '../cleaning.ts';

/** More than Linux gives to any process. */
const NO_PROCESS = 4_194_305;
const RUNS = ['20261121T143305Z-aaaaaa', '20261122T143305Z-bbbbbb'] as const;

t.test('what was removed, for programs and for people', async (t) => {
  const scratch = await scratchFolder(t);
  const [cache, reports] = [path.join(scratch, 'cache'), path.join(scratch, 'reports')];
  const clean = async (...args: readonly string[]): Promise<string> => {
    let [stdout, stderr] = ['', ''];
    const exitCode = await runCli(['clean', ...args, '--reports', reports], {
      stdout: { write: (text) => void (stdout += text) },
      stderr: { write: (text) => void (stderr += text) },
      environment: { LAB_CACHE_DIR: cache, LAB_STATE_DIR: path.join(scratch, 'state') },
      cwd: projectRoot,
      signal: new AbortController().signal,
    });
    if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
    return stdout;
  };
  const cleaned = async (...args: readonly string[]) => validate(cleaningFormat, JSON.parse(await clean('--json', ...args)), 'stdout').done;

  for (const run of RUNS) await mkdir(path.join(reports, run), { recursive: true });
  await mkdir(path.join(cache, 'workshops', `${NO_PROCESS}-Ab3xYz`), { recursive: true });
  t.match(await cleaned('--reports-beyond', '1'), [
    { kind: 'workshop', message: new RegExp(`what process ${NO_PROCESS} was building`) },
    { kind: 'run', path: path.join(reports, RUNS[0]) },
  ]);
  t.same(await readdir(reports), [RUNS[1]]);
  t.same(await cleaned(), []);
  t.equal(await clean(), 'Nothing was left behind.\n');
  t.equal(await clean('--reports-beyond', '0'), `removed the run ${RUNS[1]}\n`);
  t.match(await cleaned('--cache'), [{ kind: 'cache', path: cache }]);
});
