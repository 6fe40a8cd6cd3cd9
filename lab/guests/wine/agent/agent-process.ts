import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cmdCommand, directCommand } from './command-line.ts';
import { type AgentFrame, FIRST_CREDIT_BYTES, type HostFrame, MOST_DATA_BYTES } from './frames.ts';

type Start = Extract<HostFrame, { op: 'start' }>;

/** Win32 error codes (winerror.h). */
const FILE_NOT_FOUND = 2;
const ACCESS_DENIED = 5;
const INVALID_PARAMETER = 87;
const INVALID_DIRECTORY = 267;

/** How long pipes may stay silent after their process is gone before they are given up: something that it started holds them. */
const DRAIN_SILENCE_MS = 1000;
/** The same after a kill. */
const KILLED_SILENCE_MS = 250;
/** How long they may go on talking. */
const DRAIN_LIMIT_MS = 5000;
const TASKKILL_LIMIT_MS = 3000;

/** One process in the guest. Construct it, then feed it frames until it sent `refused` or `ended`. */
export class AgentProcess {
  readonly #id: number;
  readonly #send: (frame: AgentFrame, data?: Uint8Array) => void;
  readonly #onEnd: () => void;
  readonly #child: ChildProcessWithoutNullStreams | undefined;
  #creditBytes = FIRST_CREDIT_BYTES;
  #exited = false;
  #ended = false;
  #killed = false;
  #silence: NodeJS.Timeout | undefined;
  /** When the process ended, moved on by the time spent waiting for credit since. */
  #drainingSinceMs = 0;
  #waitingSinceMs: number | undefined;

  constructor(start: Start, send: (frame: AgentFrame, data?: Uint8Array) => void, onEnd: () => void) {
    this.#id = start.id;
    this.#send = send;
    this.#onEnd = onEnd;
    this.#child = this.#open(start);
    if (this.#child) this.#follow(this.#child);
  }

  /** Hands bytes to standard input and answers when the pipe has taken them; `taken` hears of it too: their room is free then. */
  input(bytes: Buffer, taken: () => void): void {
    const fail = (message: string): void => this.#tell({ ev: 'input-failed', id: this.#id, message });
    if (!this.#child || this.#ended || !this.#child.stdin.writable) return fail('standard input is closed');
    this.#child.stdin.write(bytes, (error) => {
      if (error) return fail(error.message);
      taken();
      this.#tell({ ev: 'input-taken', id: this.#id });
    });
  }

  endInput(): void {
    this.#child?.stdin.end();
  }

  credit(bytes: number): void {
    this.#creditBytes += bytes;
    if (this.#creditBytes <= 0) return;
    if (this.#waitingSinceMs !== undefined) this.#drainingSinceMs += performance.now() - this.#waitingSinceMs;
    this.#waitingSinceMs = undefined;
    this.#child?.stdout.resume();
    this.#child?.stderr.resume();
    if (this.#exited && !this.#ended) this.#awaitSilence();
  }

  /** Ends the process and all that it started. */
  kill(): void {
    const child = this.#child;
    if (!child || this.#killed || this.#ended) return;
    this.#killed = true;
    const finish = (): void => {
      child.kill('SIGKILL');
      if (this.#exited) this.#awaitSilence();
    };
    if (this.#exited || child.pid === undefined) return finish();
    // TerminateProcess would leave the children; they are found by their parent, which must be there still.
    const taskkill = spawn('taskkill.exe', ['/F', '/T', '/PID', String(child.pid)], {
      stdio: 'ignore',
      windowsHide: true,
      timeout: TASKKILL_LIMIT_MS,
    });
    taskkill.once('error', finish);
    taskkill.once('exit', finish);
  }

  #open(start: Start): ChildProcessWithoutNullStreams | undefined {
    const command = start.shell === 'cmd' ? cmdCommand(start.line, start.codePage) : directCommand(start.line);
    if (!command) return this.#refuse(INVALID_PARAMETER, 'there is no program in the command line');
    const cwd = start.cwd ?? process.env['USERPROFILE'] ?? 'C:\\';
    if (!existsSync(cwd)) return this.#refuse(INVALID_DIRECTORY, `there is no directory ${cwd}`);
    try {
      return spawn(command.file, command.rest === '' ? [] : [command.rest], {
        argv0: command.argv0,
        cwd,
        env: environmentWith(start.env),
        windowsVerbatimArguments: true,
        windowsHide: true,
      });
    } catch (error) {
      return this.#refuse(codeOf(error), String(error));
    }
  }

  #follow(child: ChildProcessWithoutNullStreams): void {
    child.once('spawn', () => this.#send({ ev: 'started', id: this.#id, pid: child.pid ?? 0 }));
    child.once('error', (error) => {
      if (child.pid === undefined) this.#refuse(codeOf(error), error.message);
    });
    // A write that fails is answered by its own callback.
    child.stdin.on('error', () => {});
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (bytes: Buffer) => this.#output(stream, bytes));
      child[stream].on('error', () => {});
    }
    child.once('exit', (code) => {
      this.#exited = true;
      // Node reports no code when it ended the process itself.
      this.#tell({ ev: 'exited', id: this.#id, code: (code ?? 1) >>> 0 });
      this.#drainingSinceMs = performance.now();
      this.#awaitSilence();
    });
    child.once('close', () => {
      if (child.pid !== undefined) this.#end(false);
    });
  }

  #output(stream: 'stdout' | 'stderr', bytes: Buffer): void {
    if (this.#ended) return;
    for (let at = 0; at < bytes.length; at += MOST_DATA_BYTES) {
      const piece = bytes.subarray(at, at + MOST_DATA_BYTES);
      this.#send({ ev: 'output', id: this.#id, stream, dataBytes: piece.length }, piece);
    }
    this.#creditBytes -= bytes.length;
    if (this.#creditBytes <= 0) {
      this.#waitingSinceMs ??= performance.now();
      this.#child?.stdout.pause();
      this.#child?.stderr.pause();
    }
    if (this.#exited) this.#awaitSilence();
  }

  /** Gives the pipes up after a silence, or when they talk too long. Waiting for credit counts as neither. */
  #awaitSilence(): void {
    clearTimeout(this.#silence);
    if (this.#creditBytes <= 0) return;
    if (performance.now() - this.#drainingSinceMs > DRAIN_LIMIT_MS) return this.#end(true);
    this.#silence = setTimeout(() => this.#end(true), this.#killed ? KILLED_SILENCE_MS : DRAIN_SILENCE_MS);
  }

  #end(pipesHeld: boolean): void {
    if (this.#ended) return;
    clearTimeout(this.#silence);
    this.#tell({ ev: 'ended', id: this.#id, pipesHeld });
    this.#ended = true;
    this.#child?.stdin.destroy();
    this.#child?.stdout.destroy();
    this.#child?.stderr.destroy();
    this.#onEnd();
  }

  #refuse(win32Code: number, message: string): undefined {
    this.#send({ ev: 'refused', id: this.#id, win32Code, message });
    this.#ended = true;
    this.#onEnd();
  }

  #tell(frame: AgentFrame): void {
    if (!this.#ended) this.#send(frame);
  }
}

/** Variables of the host's side that Wine lets through and no Windows has. */
const UNIX_VARIABLES = new Set(['LC_ALL', 'USER', 'XDG_RUNTIME_DIR', 'HOME']);

/** The guest's environment with some variables set; their names are matched without regard to case, as Windows does. */
function environmentWith(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const replaced = new Set(Object.keys(more).map((name) => name.toLowerCase()));
  const kept = Object.entries(process.env).filter(([name]) => !UNIX_VARIABLES.has(name) && !replaced.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...more };
}

function codeOf(error: unknown): number {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return FILE_NOT_FOUND;
    case 'EACCES':
    case 'EPERM':
      return ACCESS_DENIED;
    case undefined:
    default:
      return INVALID_PARAMETER;
  }
}
