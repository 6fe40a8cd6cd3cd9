import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { CommandResult } from '../../core/transport.ts';
import { faultCodes } from '../faults/fault-catalogue.ts';
import { faultOf } from '../faults/fault.ts';
import type { OutputChunk, OutputStream } from '../messages/receive.ts';
import { ownDeadline } from './own-deadline.ts';
import type { Stdin } from './stdin-pump.ts';
import type { WinrmCommand } from './winrm-command.ts';
import type { CommandSpec, WinrmShell } from './winrm-shell.ts';

export interface RunOptions extends CommandSpec {
  /** Absent: closed at once; left alone where the command has a console to read. */
  readonly stdin?: Stdin;
  /** When it aborts, the command gets Ctrl-C, once. */
  readonly interrupt?: AbortSignal;
  readonly timeoutMs?: number;
  /** Awaited before more output is asked for. */
  readonly onOutput?: (chunk: OutputChunk) => void | Promise<void>;
  /** Kept of each stream; 0 keeps nothing, for output that is streamed elsewhere. */
  readonly maxOutputBytes: number;
}

/** How long ending a command may take once the caller's own call is over. */
const CLEAN_UP_MS = 5_000;
/** STATUS_CONTROL_C_EXIT: what Windows gives a console program that was stopped. */
const KILLED = 0xc000013a;

/** Faults that say that a command has ended already. */
const GONE: ReadonlySet<number | undefined> = new Set([faultCodes.shellNotFound, faultCodes.aborted]);

const NOTHING = new Uint8Array(0);

/** Keeps the head of each stream and counts nothing else. */
class Output {
  readonly #most: number;
  readonly #kept: Record<OutputStream, Uint8Array[]> = { stdout: [], stderr: [] };
  readonly #keptBytes: Record<OutputStream, number> = { stdout: 0, stderr: 0 };
  readonly #truncated: Record<OutputStream, boolean> = { stdout: false, stderr: false };

  constructor(most: number) {
    this.#most = most;
  }

  add({ stream, bytes }: OutputChunk): void {
    const room = this.#most - this.#keptBytes[stream];
    if (bytes.byteLength > room) this.#truncated[stream] = true;
    if (room <= 0) return;
    const kept = bytes.subarray(0, room);
    this.#kept[stream].push(kept);
    this.#keptBytes[stream] += kept.byteLength;
  }

  result(): Pick<CommandResult, 'stdout' | 'stderr' | 'truncated'> {
    return { stdout: Buffer.concat(this.#kept.stdout), stderr: Buffer.concat(this.#kept.stderr), truncated: { ...this.#truncated } };
  }
}

/**
 * Runs one command in a shell: output live, standard input beside it, and nothing left behind. When the call is aborted or anything fails, the
 * command is terminated and the shell closed under a short deadline of their own, and the error is thrown; the shell is unusable then. A
 * time-out is a result: the command was killed and says `timed-out`; its shell had better not be used again. Throws {@link ShellGone} when the
 * command provably never ran.
 */
export async function runCommand(
  shell: WinrmShell,
  options: RunOptions,
  call: Call,
  monotonicMs: () => number = () => performance.now(),
): Promise<CommandResult> {
  const startedAt = monotonicMs();
  const output = new Output(options.maxOutputBytes);
  let command: WinrmCommand | undefined;
  try {
    command = await shell.start(options, call);
    const { exitCode, ended } = await finish(command, options, output, call);
    shell.free(command);
    return { exitCode, ended, ...output.result(), durationMs: monotonicMs() - startedAt };
  } catch (error) {
    if (command === undefined && faultOf(error)?.code === faultCodes.shellNotFound) throw new ShellGone(error);
    await abandon(shell, command, error);
    throw error;
  }
}

/** The shell was not there any more, so the command was not started. The cause is the `LabError`. */
export class ShellGone extends Error {
  override readonly name = 'ShellGone';

  constructor(cause: unknown) {
    super('the shell is gone', { cause });
  }
}

/** Follows a command to its end with its input beside it; the first of both to fail ends the other. */
async function finish(
  command: WinrmCommand,
  options: RunOptions,
  output: Output,
  call: Call,
): Promise<Pick<CommandResult, 'exitCode' | 'ended'>> {
  const failed = new AbortController();
  const over = new AbortController();
  const inner: Call = { signal: AbortSignal.any([call.signal, failed.signal]), deadline: call.deadline };
  let timedOut = false;
  let grace: NodeJS.Timeout | undefined;
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          // The command's end is then reported by the Receive that is under way; a guest that does not report it is given up.
          grace = setTimeout(() => failed.abort(new GivenUp()), CLEAN_UP_MS);
          command.signal('terminate', inner).catch((error: unknown) => failed.abort(error));
        }, options.timeoutMs);
  const follow = command.follow(async (chunk) => {
    output.add(chunk);
    await options.onOutput?.(chunk);
  }, inner);
  const write =
    options.stdin === undefined && options.consoleInput
      ? Promise.resolve()
      : command.write(options.stdin ?? NOTHING, over.signal, inner).catch((error: unknown) => failed.abort(error));
  const interrupt = (): void => {
    command.signal('ctrl_c', inner).catch((error: unknown) => {
      // It ended by itself a moment before.
      if (!GONE.has(faultOf(error)?.code)) failed.abort(error);
    });
  };
  if (options.interrupt?.aborted) interrupt();
  options.interrupt?.addEventListener('abort', interrupt, { once: true });
  try {
    const exitCode = await follow;
    return { exitCode, ended: timedOut ? 'timed-out' : 'exited' };
  } catch (error) {
    if (timedOut && !call.signal.aborted && (error instanceof GivenUp || GONE.has(faultOf(error)?.code)))
      return { exitCode: KILLED, ended: 'timed-out' };
    failed.abort(error);
    throw error;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    options.interrupt?.removeEventListener('abort', interrupt);
    over.abort();
    await write;
  }
}

class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** Ends what can still be ended. What fails here is left out: the error that led here is the one to tell. */
async function abandon(shell: WinrmShell, command: WinrmCommand | undefined, error: unknown): Promise<void> {
  // Nobody is there to hear it.
  if (error instanceof LabError && (error.code === 'winrm.unreachable' || error.code === 'winrm.authentication-refused')) return;
  using call = ownDeadline(CLEAN_UP_MS, 'Ending a command in the guest');
  await command?.signal('terminate', call).catch(() => {});
  await shell.close(call).catch(() => {});
}
