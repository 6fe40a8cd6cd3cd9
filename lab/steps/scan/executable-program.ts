import { readPlainFile } from '../../host/plain-file.ts';
import type { PackagedContent } from '../build/packagers/packager.ts';
import { readPackaged } from '../build/packagers/read-packaged.ts';

const MOST_BYTES = 512 << 20;

/** What a packager put into an executable: the program and its assets. `undefined` for an executable that no known packager made. */
export const executableProgram = async (file: string): Promise<PackagedContent | undefined> =>
  readPackaged(await readPlainFile(file, MOST_BYTES));
