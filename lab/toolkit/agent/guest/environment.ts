import { onWindows } from './guest-path.ts';
import type { ProgramRun } from '../../../core/toolkit.ts';
import { Refusal } from './refusal.ts';

/** What Windows itself sets for a logon. `PATH` is made below. */
const SYSTEM_VARIABLES = [
  'SystemRoot',
  'SystemDrive',
  'windir',
  'ComSpec',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'USERNAME',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramData',
  'ProgramFiles',
  'PATHEXT',
  'NUMBER_OF_PROCESSORS',
  'PROCESSOR_ARCHITECTURE',
  'OS',
] as const;

/** The environment that a program is to see. Names are compared without case, as Windows does. */
export function environmentFor({ environment, env = {} }: Pick<ProgramRun, 'environment' | 'env'>): Record<string, string> {
  const made: Record<string, string> = {};
  const set = (name: string, value: string): void => {
    for (const other of Object.keys(made)) if (other.toLowerCase() === name.toLowerCase()) delete made[other];
    made[name] = value;
  };
  switch (environment) {
    case 'inherited':
      for (const [name, value] of Object.entries(process.env)) if (value !== undefined) set(name, value);
      break;
    case 'system-only': {
      for (const name of SYSTEM_VARIABLES) {
        const value = process.env[name];
        if (value !== undefined) set(name, value);
      }
      const windows = process.env['SystemRoot'] ?? 'C:\\windows';
      set('PATH', onWindows ? `${windows}\\System32;${windows}` : '/usr/bin:/bin');
      break;
    }
  }
  for (const [name, value] of Object.entries(env)) {
    if (name === '' || /[=\0]/.test(name) || typeof value !== 'string' || value.includes('\0'))
      throw new Refusal('bad-request', `not a variable: ${JSON.stringify(name)}`);
    set(name, value);
  }
  return made;
}
