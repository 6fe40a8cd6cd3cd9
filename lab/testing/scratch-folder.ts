import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Test } from 'tap';
import type { LocalPath } from '../core/ids.ts';

/** A folder of the test's own that is removed with it. Unlike `t.testdir` it is not shared with another run of the same test at the same time. */
export async function scratchFolder(t: Test): Promise<LocalPath> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'lab-test-')));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder as LocalPath;
}
