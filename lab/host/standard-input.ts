import { fstatSync } from 'node:fs';
import { isatty as isTerminal } from 'node:tty';

/** This process' standard input: `terminal`, `stream` for a pipe, a socket or a file, `none` for anything else, such as the null device. */
export function standardInput(): { readonly kind: 'terminal' | 'stream' | 'none'; readonly open: () => NodeJS.ReadStream } {
  return {
    kind: kindOfInput(),
    // Looked up when it is wanted: Node opens it at the first look, and a terminal that is open keeps the process.
    open: () => process.stdin,
  };
}

function kindOfInput(): 'terminal' | 'stream' | 'none' {
  try {
    const stats = fstatSync(0);
    if (stats.isFIFO() || stats.isSocket() || stats.isFile()) return 'stream';
  } catch {
    // It was closed before this process began.
    return 'none';
  }
  return isTerminal(0) ? 'terminal' : 'none';
}
