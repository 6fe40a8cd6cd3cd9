import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { stateFolder } from '../core/state-folder.ts';
import { type FileLogOptions, logLevels } from './file-log.ts';

type Level = FileLogOptions['level'];

/** Enough to see what a command did and how it ended, and little enough to be always on. */
const DEFAULT_LEVEL: Level = 'info';

/**
 * What the log keeps as the settings say. Looks only for that, and takes anything else for the default: a file of settings that is not right must not
 * keep commands from working that need none, and those that do will say what is wrong.
 */
export async function logLevel(environment: Readonly<Record<string, string | undefined>>): Promise<Level> {
  try {
    const settings = JSON.parse(await readFile(path.join(stateFolder(environment), 'settings.json'), 'utf8')) as {
      logLevel?: unknown;
    } | null;
    return [...logLevels, 'off' as const].find((level) => level === settings?.logLevel) ?? DEFAULT_LEVEL;
  } catch {
    return DEFAULT_LEVEL;
  }
}
