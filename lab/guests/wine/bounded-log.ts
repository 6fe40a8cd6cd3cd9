import { closeSync, fstatSync, ftruncateSync, openSync } from 'node:fs';

const LOOK_EVERY_MS = 1000;

/** A file for the noise of a sandbox, kept small. */
export interface BoundedLog {
  /** For the sandbox' standard error. */
  readonly descriptor: number;
  readonly close: () => void;
}

/**
 * Opens a log that is emptied whenever it has grown beyond `mostBytes`. It is a file, not a pipe, for a reason: where standard error of a Wine process
 * is a pipe or a socket, the standard input of programs that it starts never ends (measured with Wine 10: the write end of their pipe stays
 * open somewhere).
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
