import { closeSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import { onWindows, toNative } from './guest-path.ts';

/**
 * Watches the highest resident set size of a program while it runs.
 *
 * What is read is `VmHWM` from procfs(5): the high-water mark of physical memory that the Linux kernel keeps for the process, shared pages included.
 * The mark never falls, so the last sample before the exit is the peak but for what the last few milliseconds added. On Wine procfs shows through
 * as `\\?\unix\proc`; the process' Linux id is not its Windows id and is found by its command line. It is a figure of the emulation: Windows would
 * count the working set otherwise. Where procfs cannot be read, as on Windows itself, there is no figure.
 */
export interface PeakMemoryWatch {
  /** Tell it that the program runs. */
  readonly started: (pid: number) => void;
  /** Ends the sampling. Harmless when repeated. */
  readonly stop: () => void;
  readonly peakBytes: () => number | undefined;
}

const PROC = onWindows ? '\\\\?\\unix\\proc' : '/proc';
const SEPARATOR = onWindows ? '\\' : '/';
/** Between samples: a sample costs well under a tenth of a millisecond. */
const SAMPLE_MS = 5;
/** Between looks for the process: a look costs a few milliseconds on Wine, which would be taken from the program. */
const SEARCH_MS = 15;
const MOST_STATUS_BYTES = 8192;
const MOST_CMDLINE_BYTES = 4096;
/** A guest has a few dozen processes. */
const MOST_PROCESSES = 4096;

/** Gets ready to watch `executable`. Call it just before the start: what runs already is not what is meant. */
export function watchPeakMemory(executable: string): PeakMemoryWatch {
  const before = onWindows ? new Set(processes()) : undefined;
  const wanted = toNative(executable).toLowerCase();
  let status: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let peak: number | undefined;
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    clearTimeout(timer);
    if (status !== undefined) closeSync(status);
    status = undefined;
  };
  const sample = (): void => {
    if (stopped) return;
    if (status === undefined && before !== undefined)
      status = openStatus(processes().find((pid) => !before.has(pid) && isRunning(pid, wanted)));
    if (status !== undefined) {
      const mark = highWaterMark(status);
      if (mark === undefined) return stop();
      peak = Math.max(peak ?? 0, mark);
    }
    timer = setTimeout(sample, status === undefined ? SEARCH_MS : SAMPLE_MS);
  };
  return {
    started: (pid) => {
      if (!onWindows) status = openStatus(String(pid));
      if (!onWindows || (before !== undefined && before.size > 0)) timer = setTimeout(sample, SAMPLE_MS);
    },
    stop,
    peakBytes: () => peak,
  };
}

/** Linux process ids, oldest first; none where procfs cannot be read. */
function processes(): readonly string[] {
  try {
    return readdirSync(PROC)
      .filter((name) => /^\d+$/.test(name))
      .toSorted((a, b) => Number(a) - Number(b))
      .slice(0, MOST_PROCESSES);
  } catch {
    return [];
  }
}

/** Whether a process' command line begins with the program, perhaps after Wine's own loader. */
function isRunning(pid: string, wanted: string): boolean {
  try {
    const words = readFileSync([PROC, pid, 'cmdline'].join(SEPARATOR)).subarray(0, MOST_CMDLINE_BYTES).toString('utf8').split('\0');
    return words.slice(0, 2).some((word) => word.toLowerCase() === wanted);
  } catch {
    return false;
  }
}

function openStatus(pid: string | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    return openSync([PROC, pid, 'status'].join(SEPARATOR), 'r');
  } catch {
    return undefined;
  }
}

/** Reads the mark through an open file; `undefined` once the process has no memory any more. */
function highWaterMark(status: number): number | undefined {
  try {
    const bytes = Buffer.alloc(MOST_STATUS_BYTES);
    const text = bytes.toString('latin1', 0, readSync(status, bytes, 0, bytes.length, 0));
    // VmHWM:     143360 kB
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
