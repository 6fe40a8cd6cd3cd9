import { existsSync } from 'node:fs';
import { onWindows, toNative } from '../guest-path.ts';
import { SftpFailure } from '../../../../ssh/sftp/sftp-failure.ts';
import { statusCodes } from '../../../../ssh/sftp/sftp-protocol.ts';

/** Longest path taken: the limit of Windows itself. */
const LONGEST_PATH = 32_000;
// C:
const DRIVE = /^[A-Za-z]:$/;

/**
 * A path of a client in its one form, as OpenSSH for Windows writes it: `/` above all drives, `/C:/users/guest` below. `C:\users` and
 * `C:/users` are taken as well; what is relative starts in the user's profile. `.` and `..` are resolved in the text, and nothing climbs above `/`.
 */
export function canonicalPath(text: string): string {
  if (text.length > LONGEST_PATH || text.includes('\0')) throw new SftpFailure(statusCodes.badMessage, 'that is no path');
  const slashes = text.replaceAll('\\', '/');
  const absolute = slashes.startsWith('/') || DRIVE.test(slashes.slice(0, 2)) ? slashes : `${home()}/${slashes}`;
  const parts: string[] = [];
  for (const part of absolute.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Where a path is for this platform's file functions; `undefined` for `/`, which is no folder. Alternate streams of files have no paths here. */
export function nativePath(text: string): string | undefined {
  const [drive, ...parts] = canonicalPath(text).slice(1).split('/');
  if (drive === undefined || drive === '') return undefined;
  if (!DRIVE.test(drive) || parts.some((part) => part.includes(':')))
    throw new SftpFailure(statusCodes.noSuchFile, 'paths look like /C:/folder/file');
  return toNative(`${drive}\\${parts.join('\\')}`);
}

/** The same for what is to be opened or changed: never `/` itself. */
export function nativeFile(text: string): string {
  const native = nativePath(text);
  if (native === undefined) throw new SftpFailure(statusCodes.permissionDenied, 'that is no file and no folder of a drive');
  return native;
}

/** The drives there are: `C:`, `X:`. */
export const drives = (): readonly string[] =>
  Array.from({ length: 26 }, (_, index) => `${String.fromCodePoint(65 + index)}:`).filter((drive) => existsSync(toNative(`${drive}\\`)));

const home = (): string => (onWindows ? (process.env['USERPROFILE'] ?? 'C:\\') : 'C:\\').replaceAll('\\', '/');
