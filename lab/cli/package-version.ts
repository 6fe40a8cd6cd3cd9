import path from 'node:path';
import { LabError } from '../core/error.ts';
import { readTextIfThere } from '../host/files.ts';

/** The `version` of the `package.json` in a folder. */
export async function packageVersion(folder: string): Promise<string> {
  const file = path.join(folder, 'package.json');
  const text = await readTextIfThere(file);
  const version: unknown = text === undefined ? undefined : (JSON.parse(text) as { version?: unknown }).version;
  if (typeof version !== 'string') throw LabError.of('config.unreadable', { file });
  return version;
}

/** The version of the lab itself. */
export const labVersion = (): Promise<string> => packageVersion(path.resolve(import.meta.dirname, '..', '..'));
