import { spawnSync } from 'node:child_process';
import { type Options, execa } from 'execa';
import type { Call } from '../core/call.ts';

/** What a host program did. A non-zero exit code is a result; only a program that cannot be started at all throws (`ENOENT` and the like). */
export interface ExecResult {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the call's signal ended it. */
  readonly aborted: boolean;
  readonly durationMs: number;
}

export interface ExecOptions {
  readonly cwd?: string;
  /** Added to the host's environment; with `onlyEnv` all of it, with `leanEnv` all of it beside what programs and temporary files are found by. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onlyEnv?: boolean;
  readonly leanEnv?: boolean;
  readonly input?: string | Uint8Array;
  /** Called for each line of either stream as it arrives. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Gets standard output piece by piece, and none of it is kept: for more than fits. What it throws ends the program and is thrown. */
  readonly onOutput?: (piece: Uint8Array) => void;
}

const onWindows = process.platform === 'win32';
/** Kept of each stream. */
const MOST_OUTPUT_BYTES = 16 << 20;
/** Where programs, temporary files and Windows' own libraries are; spelled as each system spells it. */
const LEAN_NAMES = ['PATH', 'Path', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot'] as const;
/** Between SIGTERM and SIGKILL when the call is aborted. */
const FORCE_KILL_AFTER_MS = 3000;

/**
 * Runs a host program without a shell. When the call is aborted or this process exits, the program and everything it started are ended: it leads
 * a process group of its own, since a grandchild that lives on would hold the pipes open for ever.
 */
export async function exec(program: string, args: readonly string[], call: Call, options: ExecOptions = {}): Promise<ExecResult> {
  call.signal.throwIfAborted();
  const settings = {
    reject: false,
    // A group to be ended as one. Windows has none, and would open a window.
    detached: !onWindows,
    cleanup: false,
    maxBuffer: MOST_OUTPUT_BYTES,
    buffer: { stdout: options.onOutput === undefined },
    extendEnv: !options.onlyEnv && !options.leanEnv,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined && !options.leanEnv ? {} : { env: { ...(options.leanEnv ? leanEnvironment() : {}), ...options.env } }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  } satisfies Options;
  const running = execa(program, args, settings);
  const follow = async (stream: 'stdout' | 'stderr'): Promise<void> => {
    if (!options.onLine) return;
    for await (const line of running.iterable({ from: stream })) options.onLine(line, stream);
  };
  const take = async (): Promise<void> => {
    if (options.onOutput) for await (const piece of running.stdout as AsyncIterable<Uint8Array>) options.onOutput(piece);
  };
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      if (running.pid === undefined) return;
      if (onWindows) spawnSync('taskkill.exe', ['/pid', String(running.pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true });
      else process.kill(-running.pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  let forced: NodeJS.Timeout | undefined;
  const end = (): void => {
    signalGroup('SIGTERM');
    forced = setTimeout(signalGroup, FORCE_KILL_AFTER_MS, 'SIGKILL');
  };
  const endNow = (): void => signalGroup('SIGKILL');
  call.signal.addEventListener('abort', end, { once: true });
  process.once('exit', endNow);
  const taken = take().then(
    () => undefined,
    (error: unknown) => {
      endNow();
      return { error };
    },
  );
  const [result, failure] = await Promise.all([running, taken, follow('stdout').catch(() => {}), follow('stderr').catch(() => {})]);
  call.signal.removeEventListener('abort', end);
  process.removeListener('exit', endNow);
  clearTimeout(forced);
  if (failure !== undefined && !call.signal.aborted) throw failure.error;
  if (result.exitCode === undefined && result.signal === undefined && !call.signal.aborted && result.failed)
    throw result.cause ?? new Error(result.shortMessage);
  return {
    exitCode: result.exitCode,
    signal: result.signal,
    stdout: result.stdout ?? '',
    stderr: result.stderr ?? '',
    aborted: call.signal.aborted,
    durationMs: result.durationMs,
  };
}

const leanEnvironment = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    LEAN_NAMES.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
