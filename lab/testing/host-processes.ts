import { readFile, readdir, readlink } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** A process of this machine as `/proc` shows it. */
export interface HostProcess {
  readonly pid: number;
  readonly parent: number;
  readonly commandLine: string;
  /** Names its PID namespace: `pid:[4026531836]`. */
  readonly namespace: string;
}

/** All processes that can be looked at; those that end meanwhile are left out. */
export async function hostProcesses(): Promise<readonly HostProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const parent = await parentOf(pid);
      if (parent === undefined) return [];
      try {
        const [commandLine, namespace] = await Promise.all([readFile(`/proc/${pid}/cmdline`, 'utf8'), readlink(`/proc/${pid}/ns/pid`)]);
        return [{ pid, parent, commandLine: commandLine.replaceAll('\0', ' ').trim(), namespace }];
      } catch {
        return [];
      }
    }),
  );
  return found.flat();
}

/** A process and everything below it. */
export async function processTree(root: number): Promise<readonly HostProcess[]> {
  const all = await hostProcesses();
  const below = (pid: number): readonly HostProcess[] => all.filter((one) => one.parent === pid).flatMap((one) => [one, ...below(one.pid)]);
  return [...all.filter((one) => one.pid === root), ...below(root)];
}

/**
 * Which of these processes still run when the limit has passed; empty as soon as none does.
 *
 * A killed process is there for a moment after its pipes were closed, and stays listed as a zombie until its parent looks: what was killed is to be
 * asked about with this, never with one look or with signal 0.
 */
export async function stillRunning(pids: Iterable<number>, limitMs = 10_000): Promise<readonly number[]> {
  let left = [...pids];
  for (const endsAtMs = performance.now() + limitMs; ; await wait(20)) {
    const parents = await Promise.all(left.map(parentOf));
    left = left.filter((_, index) => parents[index] !== undefined);
    if (left.length === 0 || performance.now() > endsAtMs) return left;
  }
}

/** The parent of a process that runs; `undefined` for one that is gone, or a zombie. */
async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  if (stat === undefined) return undefined;
  // 4711 (node) S 1 4711 … : the name may hold brackets; after the last one come state, parent and, as field 20, the number of threads (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A process whose first thread ended while others run is shown as a zombie too.
  const dead = (fields[0] === 'Z' || fields[0] === 'X') && Number(fields[17]) <= 1;
  return dead ? undefined : Number(fields[1]);
}
