import { rename } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 2_000;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;
const PASSING: ReadonlySet<string | undefined> = new Set(['EPERM', 'EACCES', 'EBUSY']);

/**
 * Renames a file over another one. On Windows a file that somebody just reads (a second process, a virus scanner) cannot be replaced at that moment, so
 * the rename is tried again for up to two seconds there. Throws what the operating system says.
 */
export async function renameOver(from: string, to: string, platform: NodeJS.Platform = process.platform): Promise<void> {
  const start = performance.now();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      return await rename(from, to);
    } catch (error) {
      const passing = platform === 'win32' && PASSING.has((error as NodeJS.ErrnoException).code);
      if (!passing || performance.now() - start > PATIENCE_MS) throw error;
    }
    await pause(pauseMs);
  }
}
