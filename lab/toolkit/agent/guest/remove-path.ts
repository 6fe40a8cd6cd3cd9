import { rmSync } from 'node:fs';
import type { Questions } from '../../questions.ts';
import { toNativeBelowDrive } from './guest-path.ts';
import { streamFile } from './download-mark.ts';

/** Removes a file or a directory with all that is in it; links are removed, not followed. What is not there is gone already. */
export function removePath({ path }: Questions['remove']): Record<string, never> {
  const native = toNativeBelowDrive(path);
  // Windows refuses for a moment what a program that has just ended still holds.
  rmSync(native, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  // Windows removes streams with their file; where they are ordinary files (Wine) that is done here.
  rmSync(streamFile(native), { force: true });
  return {};
}
