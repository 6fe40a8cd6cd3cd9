import { readPlainFile } from '../../host/plain-file.ts';
import type { PackagedContent } from '../build/packagers/packager.ts';

const MOST_BYTES = 512 << 20;

/** What a packager put into an executable: the program and its assets. `undefined` for an executable that no known packager made. */
export async function executableProgram(file: string): Promise<PackagedContent | undefined> {
  // What reads resources is large, and who lists scanners does not need it.
  const { readPackaged } = await import('../build/packagers/read-packaged.ts');
  return readPackaged(await readPlainFile(file, MOST_BYTES));
}
