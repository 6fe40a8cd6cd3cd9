import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Test } from 'tap';

/** Number of the user and of the group `nobody`, on every Linux. */
const NOBODY = 65_534;

/** Whether this process may do everything, so that a test of what is refused has to lay its rights down first. */
const isRoot = process.getuid?.() === 0;

/** A folder of the test's own that belongs to whoever {@link asOrdinaryUser} is. Outside the project, whose folders may be closed to others. */
export function ordinaryFolder(t: Test): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'anivault-test-')));
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Does something with the rights of an ordinary user: root may read and write anything, so it is `nobody` meanwhile, with all of its threads. What is
 * loaded from files later than here may be out of reach.
 */
export async function asOrdinaryUser(work: () => void | Promise<void>): Promise<void> {
  try {
    if (isRoot) process.setegid?.(NOBODY);
    if (isRoot) process.seteuid?.(NOBODY);
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
    if (isRoot) process.setegid?.(0);
  }
}
