import type { FileTransferOptions } from '../core/transport.ts';

/** How far a copy is. */
export interface Progress {
  readonly add: (bytes: number) => void;
  /** Everything is there, however it got there. */
  readonly finish: () => void;
}

/** Tells how far a copy of so many bytes is; what travels twice counts once, so that the figure never falls and never passes the end. */
export function progressOf({ onProgress }: FileTransferOptions, totalBytes: number): Progress {
  let seenBytes = 0;
  let toldBytes = -1;
  const tell = (): void => {
    const done = Math.min(seenBytes, totalBytes);
    if (done === toldBytes) return;
    toldBytes = done;
    onProgress?.(done, totalBytes);
  };
  return {
    add: (bytes) => {
      seenBytes += bytes;
      tell();
    },
    finish: () => {
      seenBytes = totalBytes;
      tell();
    },
  };
}
