import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { type Readable, type Writable } from 'node:stream';
import type { ProgramRun } from '../../../core/toolkit.ts';
import { environmentFor } from './environment.ts';
import { onWindows, toNative } from './guest-path.ts';
import { endWithThisTool, killTree } from './kill-tree.ts';
import { Refusal, errnoOf } from './refusal.ts';

export interface EndedProgram {
  /** 0 to 4294967295. */
  readonly exitCode: number;
  readonly ended: 'exited' | 'timed-out';
  /** From just before the start to the exit, on the monotonic clock. */
  readonly durationMs: number;
}

export interface ProgramWatch {
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Buffer) => void;
  /** Called once the program runs. */
  readonly onStarted?: (pid: number) => void;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const LONGEST_TIMEOUT_MS = 24 * 3600 * 1000;
/** How long output is still awaited after the exit. A grandchild, or on Wine a system service, can hold the pipes open for ever. */
const DRAIN_MS = 1000;
/** How long a killed program may take to be gone. */
const KILL_MS = 10_000;

/**
 * Runs one program without a shell. Resolves when it has ended and its output is drained; what a surviving grandchild prints later is not awaited.
 * The whole process tree is ended at the time-out.
 */
export async function runToEnd(program: ProgramRun, watch: ProgramWatch): Promise<EndedProgram> {
  const { timeoutMs } = program;
  if (!(timeoutMs > 0 && timeoutMs <= LONGEST_TIMEOUT_MS)) throw new Refusal('bad-request', 'timeoutMs must be between 0 and a day');
  if (!Array.isArray(program.args) || !program.args.every((arg) => typeof arg === 'string'))
    throw new Refusal('bad-request', 'args must be a list of texts');
  const started = process.hrtime.bigint();
  const child = start(program);
  const keep = endWithThisTool(child);
  // Listeners stand before anything is awaited: a short program may be over by then.
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null; at: bigint }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, at: process.hrtime.bigint() }));
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) =>
      reject(new Refusal('start-failed', `${program.executable} cannot be started: ${errnoOf(error) ?? error.message}`)),
    );
  });
  child.stdout.on('data', (bytes: Buffer) => watch.onOutput('stdout', bytes));
  child.stderr.on('data', (bytes: Buffer) => watch.onOutput('stderr', bytes));
  // A program need not read what it is given.
  child.stdin.on('error', () => {});
  child.stdin.end(program.stdin ?? '', () => child.stdin.destroy());
  if (child.pid !== undefined) watch.onStarted?.(child.pid);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killTree(child).catch(() => {});
  }, timeoutMs);
  const unkillable = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Refusal('unkillable', `${program.executable} could not be ended`)), timeoutMs + KILL_MS).unref();
  });
  try {
    const { code, signal, at } = await Promise.race([exit, failed, unkillable]);
    clearTimeout(timer);
    let drain: NodeJS.Timeout | undefined;
    await Promise.race([closed, new Promise<void>((resolve) => (drain = setTimeout(resolve, DRAIN_MS)))]);
    clearTimeout(drain);
    return { exitCode: exitCodeOf(code, signal), ended: timedOut ? 'timed-out' : 'exited', durationMs: Number(at - started) / 1e6 };
  } finally {
    clearTimeout(timer);
    keep();
    child.stdout.destroy();
    child.stderr.destroy();
    failed.catch(() => {});
    unkillable.catch(() => {});
  }
}

function start(program: ProgramRun): Child {
  try {
    return spawn(toNative(program.executable), program.args, {
      cwd: toNative(program.cwd),
      env: environmentFor(program),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      // Off Windows a process group of its own is what lets the tree be ended.
      detached: !onWindows,
    });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('start-failed', `${program.executable} cannot be started: ${errnoOf(error) ?? String(error)}`);
  }
}

/** Windows exit codes are unsigned; off Windows a signal counts as shells count it. */
const exitCodeOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code === null ? 128 + constants.signals[signal ?? 'SIGKILL'] : code >>> 0;
