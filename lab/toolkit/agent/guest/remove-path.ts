import { type Dirent, readdirSync, rmSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import type { Questions } from '../../questions.ts';
import { toNativeBelowDrive } from './guest-path.ts';
import { streamFile } from './download-mark.ts';

/**
 * Removes a file or a directory with all that is in it; links are removed, not followed, and where a link cannot be removed by itself nothing else is.
 * What is not there is gone already.
 */
export function removePath({ path: wanted }: Questions['remove']): Record<string, never> {
  const native = toNativeBelowDrive(wanted);
  unlinkBelow(native);
  // Windows refuses for a moment what a program that has just ended still holds.
  rmSync(native, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  // Windows removes streams with their file; where they are ordinary files (Wine) that is done here.
  rmSync(streamFile(native), { force: true });
  return {};
}

/**
 * Removes the links below a directory one by one, before anything else is. Wine shows a Unix link as what it leads to everywhere but in listings, so
 * that removing the tree as a whole would empty directories elsewhere; it refuses to remove a link to a directory.
 */
function unlinkBelow(folder: string): void {
  for (const item of entriesOf(folder)) {
    const native = path.join(folder, item.name);
    if (item.isSymbolicLink()) unlinkSync(native);
    else if (item.isDirectory()) unlinkBelow(native);
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // No directory, or one that cannot be read and thus not emptied either.
    return [];
  }
}
