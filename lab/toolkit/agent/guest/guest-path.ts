import path from 'node:path';
import { Refusal } from './refusal.ts';

/** Whether this runs on Windows, real or emulated. Elsewhere the tool is its own test double below `LAB_GUEST_ROOT`. */
export const onWindows = process.platform === 'win32';

// C:\AniVault\docs
const ABSOLUTE = /^([A-Za-z]):\\/;

/** Longest path taken: the limit of Windows itself. */
const LONGEST_PATH = 32_000;

/** Splits a relative name into its parts; both separators count. Refuses what climbs, is absolute, or names a drive or a stream. */
export function relativeParts(name: unknown): string[] {
  if (typeof name !== 'string' || name === '' || name.length > LONGEST_PATH)
    throw new Refusal('bad-request', `not a relative path: ${JSON.stringify(name)}`);
  const parts = name.split(/[\\/]/);
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes(':') || part.includes('\0'))) {
    throw new Refusal('unsafe-path', `not a relative path: ${JSON.stringify(name)}`);
  }
  return parts;
}

/** Turns a guest path (`C:\a\b`) into one that this platform's file functions take. Refuses anything but a plain absolute path. */
export function toNative(guestPath: unknown): string {
  const drive = typeof guestPath === 'string' && guestPath.length <= LONGEST_PATH ? ABSOLUTE.exec(guestPath)?.[1] : undefined;
  if (typeof guestPath !== 'string' || drive === undefined)
    throw new Refusal('bad-request', `not an absolute Windows path: ${JSON.stringify(guestPath)}`);
  // A trailing backslash is harmless: C:\a\
  const rest = guestPath.slice(3).replace(/\\$/, '');
  const parts = rest === '' ? [] : relativeParts(rest);
  if (onWindows) return `${drive}:\\${parts.join('\\')}`;
  return path.join(guestRoot(), drive.toLowerCase(), ...parts);
}

/** Like {@link toNative}, for what will be removed or written as a whole: a bare drive is refused. */
export function toNativeBelowDrive(guestPath: unknown): string {
  const native = toNative(guestPath);
  if (/^[A-Za-z]:\\*$/.test(String(guestPath))) throw new Refusal('unsafe-path', `a whole drive: ${String(guestPath)}`);
  return native;
}

/** Turns a path of this platform back into a guest path; off Windows what lies outside the root shows as `C:\outside`. */
export function toGuest(native: string): string {
  if (onWindows) return native;
  const [drive = '', ...parts] = path.relative(guestRoot(), native).split(path.sep);
  return /^[a-z]$/.test(drive) ? `${drive.toUpperCase()}:\\${parts.join('\\')}` : 'C:\\outside';
}

function guestRoot(): string {
  const root = process.env['LAB_GUEST_ROOT'];
  if (!root || !path.isAbsolute(root))
    throw new Refusal('bad-request', 'off Windows LAB_GUEST_ROOT must name the folder that stands for the guest');
  return root;
}
