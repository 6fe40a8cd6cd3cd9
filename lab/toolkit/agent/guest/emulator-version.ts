import { closeSync, openSync, readSync } from 'node:fs';
import { onWindows } from './guest-path.ts';

/** A program that Wine brings itself and Windows does not have. */
const WINE_PROGRAM = 'C:\\windows\\system32\\wineboot.exe';
/** Its version resource lies well within. */
const MOST_BYTES = 4 << 20;

/** `Wine 10.0` where the guest is Wine, as the version resource of one of Wine's own programs says; `undefined` elsewhere. */
export function emulatorVersion(): string | undefined {
  if (!onWindows) return undefined;
  let file: number;
  try {
    file = openSync(WINE_PROGRAM, 'r');
  } catch {
    return undefined;
  }
  try {
    const bytes = Buffer.alloc(MOST_BYTES);
    return versionIn(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)));
  } finally {
    closeSync(file);
  }
}

/** Looks for the `ProductName` and `ProductVersion` strings of a version resource (VERSIONINFO, UTF-16). */
export function versionIn(executable: Buffer): string | undefined {
  const valueOf = (key: string): string | undefined => {
    const wanted = Buffer.from(`${key}\0`, 'utf16le');
    const at = executable.indexOf(wanted);
    if (at < 0) return undefined;
    // The value follows after padding to 32 bits, and ends with a zero.
    const text = executable.toString('utf16le', at + wanted.length, at + wanted.length + 128);
    // \0 10.0 \0
    return /^\0{0,2}([ -~]+)\0/.exec(text)?.[1];
  };
  if (valueOf('ProductName') !== 'Wine') return undefined;
  const version = valueOf('ProductVersion');
  return version === undefined ? 'Wine' : `Wine ${version}`;
}
