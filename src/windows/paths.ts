import { isDeviceName } from './names.ts';

/** What kind of path a text is to Windows. https://learn.microsoft.com/dotnet/standard/io/file-path-formats */
export type PathKind =
  /** `C:\folder` */
  | 'drive'
  /** `C:folder`: below whatever folder is current on that drive, which no program can rely on */
  | 'drive-relative'
  /** `\\server\share\folder` */
  | 'network'
  /** `\\?\C:\folder`: taken as it stands, dots and all */
  | 'verbatim'
  /** `\\?\UNC\server\share\folder` */
  | 'verbatim-network'
  /** `\\.\PhysicalDrive0` */
  | 'device'
  /** `\folder`: below the root of the current drive */
  | 'rooted'
  | 'relative';

// \\?\UNC\server
const VERBATIM_NETWORK = /^\\\\\?\\unc(?:\\|$)/i;
// C:\ · C:/
const DRIVE = /^[A-Za-z]:[\\/]/;
// C: · C:folder
const DRIVE_RELATIVE = /^[A-Za-z]:/;
/** UTF-16 units of the longest path that Windows takes, with the prefix that Node puts before it and the NUL at its end. */
const MOST_UNITS = 32_767;
const PREFIX_UNITS = '\\\\?\\UNC\\'.length + 1;

/** Tells what kind of path a text is, by Windows' rules on any system. Pure and total. */
export function pathKind(text: string): PathKind {
  if (VERBATIM_NETWORK.test(text)) return 'verbatim-network';
  if (text.startsWith('\\\\?\\')) return 'verbatim';
  // Both slashes will do here, but not in the verbatim forms.
  const two = /^[\\/]{2}([.?]?)([\\/]|$)?/.exec(text);
  if (two !== null) return two[1] !== '' && two[2] !== undefined ? 'device' : 'network';
  if (DRIVE.test(text)) return 'drive';
  if (DRIVE_RELATIVE.test(text)) return 'drive-relative';
  return /^[\\/]/.test(text) ? 'rooted' : 'relative';
}

/** Whether a folder is on another machine, as far as its path tells: a drive letter may stand for a share. */
export const isNetworkPath = (text: string): boolean => ['network', 'verbatim-network'].includes(pathKind(text));

/** Whether an absolute path is longer than Windows takes at all, even of a program that knows of long paths. */
export const isTooLong = (absolute: string): boolean => absolute.length + PREFIX_UNITS > MOST_UNITS;

/** The part of a path that is a device's name, `NUL` or `aux.mkv`; `undefined` when none is. Verbatim paths have none: there such names are files. */
export function deviceNameIn(text: string): string | undefined {
  if (pathKind(text).startsWith('verbatim')) return undefined;
  // C:NUL
  return text
    .replace(DRIVE_RELATIVE, '')
    .split(/[\\/]/)
    .find((part) => isDeviceName(part));
}
