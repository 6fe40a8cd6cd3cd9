import os from 'node:os';
import path from 'node:path';
import { stateFolder } from '../core/state-folder.ts';
import type { Masker } from '../settings/masker.ts';
import { type FileLog, type FileLogOptions, openFileLog } from './file-log.ts';
import { homeMask } from './mask-home.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the log is. */
export const logFolder = (environment: Environment): string => path.join(stateFolder(environment), 'logs');

/** Opens the program's log in the user's state folder, with what the masker knows and the user's home folder taken out of every line. */
export function openLog(environment: Environment, level: FileLogOptions['level'], masker: Pick<Masker, 'mask'>): FileLog {
  const home = homeMask(environment[process.platform === 'win32' ? 'USERPROFILE' : 'HOME'] || os.homedir());
  return openFileLog({ folder: logFolder(environment), level, mask: (text) => home(masker.mask(text)) });
}
