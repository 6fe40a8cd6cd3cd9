import { readFile, readdir, readlink } from 'node:fs/promises';

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
      try {
        const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
        // 4711 (node) S 1 4711 … : the state and the parent follow the last bracket (proc(5)).
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z') return [];
        const [commandLine, namespace] = await Promise.all([readFile(`/proc/${pid}/cmdline`, 'utf8'), readlink(`/proc/${pid}/ns/pid`)]);
        return [{ pid, parent: Number(parent), commandLine: commandLine.replaceAll('\0', ' ').trim(), namespace }];
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
