import { readFileSync, readdirSync } from 'node:fs';

/** Processor time that was spent on both sides of a copy, in seconds. Where two processors are shared by all of them, it explains the ratios. */
export interface CpuSeconds {
  /** This process: the lab, or what takes its place. */
  readonly lab: number;
  /** The process that serves WinRM. */
  readonly endpoint: number;
  /** All that runs behind it, Wine's server and what has ended included. */
  readonly guest: number;
}

/** Clock ticks a second in /proc; the same on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly ownSeconds: number;
  /** Of children that have ended and were waited for. */
  readonly endedSeconds: number;
}

/** One line of /proc/PID/stat (proc_pid_stat(5)). */
export function readProcessTimes(stat: string): ProcessTimes {
  // 4015 (node (x) y) S 1 …: the name may hold anything
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const seconds = (first: number): number => ((fields[first] ?? 0) + (fields[first + 1] ?? 0)) / TICKS_A_SECOND;
  return { parent: fields[1] ?? 0, ownSeconds: seconds(11), endedSeconds: seconds(13) };
}

/** Every process of this machine, by its id; empty where the system has no such list. */
function processes(): ReadonlyMap<number, ProcessTimes> {
  const found = new Map<number, ProcessTimes>();
  let names: readonly string[] = [];
  try {
    names = readdirSync('/proc');
  } catch {
    return found;
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    try {
      found.set(Number(name), readProcessTimes(readFileSync(`/proc/${name}/stat`, 'latin1')));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** Processor time so far: of this process, of the endpoint `pid`, and of all its descendants. `undefined` where the system does not tell. */
export function cpuSoFar(pid: number): CpuSeconds | undefined {
  const all = processes();
  const endpoint = all.get(pid);
  if (endpoint === undefined) return undefined;
  let guest = endpoint.endedSeconds;
  const waiting = [pid];
  for (let parent = waiting.pop(); parent !== undefined; parent = waiting.pop()) {
    for (const [child, times] of all) {
      if (times.parent !== parent) continue;
      guest += times.ownSeconds + times.endedSeconds;
      waiting.push(child);
    }
  }
  const { user, system } = process.cpuUsage();
  return { lab: (user + system) / 1e6, endpoint: endpoint.ownSeconds, guest };
}

/** What was spent between two looks. Of processes that nobody waited for the time is lost, and never less than none is told. */
export function cpuBetween(before: CpuSeconds, after: CpuSeconds): CpuSeconds {
  const spent = (side: keyof CpuSeconds): number => Math.max(0, after[side] - before[side]);
  return { lab: spent('lab'), endpoint: spent('endpoint'), guest: spent('guest') };
}
