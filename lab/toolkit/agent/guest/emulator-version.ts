import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { onWindows } from './guest-path.ts';

/** A program that Wine brings itself and Windows does not have. */
const WINE_PROGRAM = 'C:\\windows\\system32\\wineboot.exe';
/** Where distributions put Wine's data; Wine's view of the Linux file system. */
const USUAL_DATA = '\\\\?\\unix\\usr\\share\\wine';
/** The version stands in the second line. */
const HEAD_BYTES = 4096;

/**
 * `Wine 10.0` where the guest is Wine, as the head of Wine's own `wine.inf` says; `Wine` where that file is out of reach; `undefined` elsewhere.
 * `wine_get_version` of ntdll would be the same text, but cannot be called from here.
 */
export function emulatorVersion(): string | undefined {
  if (!onWindows || !existsSync(WINE_PROGRAM)) return undefined;
  // Wine tells its programs: \??\unix\usr\share\wine
  const told = process.env['WINEDATADIR']?.replace(/^\\\?\?\\/, '\\\\?\\');
  for (const folder of told === undefined ? [USUAL_DATA] : [told, USUAL_DATA]) {
    // ;; Version: Wine 10.0
    const version = /^;; Version: (Wine [ -~]{1,40})\r?$/m.exec(headOf(`${folder}\\wine.inf`))?.[1];
    if (version !== undefined) return version;
  }
  return 'Wine';
}

function headOf(native: string): string {
  try {
    const file = openSync(native, 'r');
    try {
      const bytes = Buffer.alloc(HEAD_BYTES);
      return bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
