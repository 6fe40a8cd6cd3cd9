import { closeSync, fstatSync, ftruncateSync, openSync } from 'node:fs';

const LOOK_EVERY_MS = 1000;

/** A file for the noise of a sandbox, kept small. */
export interface BoundedLog {
  /** For the sandbox' standard error. */
  readonly descriptor: number;
  readonly close: () => void;
}

/**
 * Opens a log that is emptied whenever it has grown beyond `mostBytes`. It is a file and not a pipe, so that nobody has to read it: Node under Wine
 * throws when it looks at a standard error that is a pipe, which it does whenever it destroys a socket, and then pipes to its children stay open. (The
 * agent keeps Node from looking, too.)
 */
export function openBoundedLog(file: string, mostBytes: number): BoundedLog {
  const descriptor = openSync(file, 'a');
  const timer = setInterval(() => {
    if (fstatSync(descriptor).size > mostBytes) ftruncateSync(descriptor, 0);
  }, LOOK_EVERY_MS);
  timer.unref();
  return {
    descriptor,
    close: () => {
      clearInterval(timer);
      closeSync(descriptor);
    },
  };
}
