import { type ChildProcess, spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { JournalLine, LabEvent } from '../core/event.ts';
import { guestsFolder } from '../guests/wine/wine-lease.ts';
import { processTree } from './host-processes.ts';
import { projectRoot, realFolders } from './wine-rig.ts';

/** How a `lab` process ended. */
export interface LabEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What it printed with `--json`. */
  readonly events: readonly LabEvent[];
}

/** The real command line in a process of its own, on the cache that all tests share. */
export interface LabProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<LabEnd>;
  /** Resolves with the first event, past or future, that fits; rejects when the process ends without one. */
  readonly until: (fits: (event: LabEvent) => boolean) => Promise<LabEvent>;
  /** Every process it was ever seen to have started, by its number. */
  readonly descendants: ReadonlyMap<number, string>;
}

export interface LabOptions {
  readonly state: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs the process by this program: `[program, ...args]` come before Node. */
  readonly through?: readonly string[];
}

/** Often enough to see whatever lives longer than a moment. */
const LOOK_EVERY_MS = 200;

export function startLab(args: readonly string[], { state, env, through = [] }: LabOptions): LabProcess {
  const line = [...through, process.execPath, '--no-warnings', path.join(projectRoot, 'lab', 'main.ts'), ...args];
  const child = spawn(line[0] ?? '', line.slice(1), {
    cwd: projectRoot,
    env: { ...process.env, LAB_CACHE_DIR: realFolders.cache, LAB_STATE_DIR: state, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const events: LabEvent[] = [];
  const waiting = new Set<() => void>();
  let stdout = '';
  let stderr = '';
  let unread = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    unread += text;
    const lines = unread.split('\n');
    unread = lines.pop() ?? '';
    for (const each of lines) if (each.startsWith('{"sequence"')) events.push((JSON.parse(each) as JournalLine).event);
    for (const wake of waiting) wake();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const descendants = new Map<number, string>();
  const look = async (): Promise<void> => {
    for (const { pid, commandLine } of await processTree(child.pid ?? 0)) {
      // A process that has ended and is still to be reaped has no command line any more.
      if (pid !== child.pid && (commandLine !== '' || !descendants.has(pid))) descendants.set(pid, commandLine);
    }
  };
  const looking = setInterval(() => void look(), LOOK_EVERY_MS);
  child.once('exit', () => clearInterval(looking));
  const ended = new Promise<LabEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr, events }));
  });
  return {
    child,
    ended,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const tryEvents = (): void => {
          const found = events.find(fits);
          if (found) resolve(found);
        };
        waiting.add(tryEvents);
        tryEvents();
        void ended.then(() => reject(new Error(`the lab ended first:\n${stdout.slice(-2000)}\n${stderr}`)), reject);
      }),
    descendants,
  };
}

/** Folders of guests that belong to a run. */
export const guestFoldersOf = async (owner: string): Promise<readonly string[]> =>
  (await readdir(guestsFolder(realFolders)).catch((): string[] => [])).filter((name) => name.startsWith(owner));
