import { LabError } from '../../core/error.ts';
import type { Call } from '../../core/call.ts';
import { type RemotePath, remotePath } from '../../core/ids.ts';
import type { CommandResult, RemoteCommand } from '../../core/transport.ts';
import { FakeFiles } from './fake-files.ts';
import type { FakePrograms } from './fake-programs.ts';

const KEPT_OUTPUT_BYTES = 8 << 20;
/** The exit code of a killed process. */
const KILLED = 0xc000_013a;

/** Where commands run that do not say so. */
export const fakeHome: RemotePath = remotePath('C:\\Users\\fake');

/** A guest in memory: files, and programs that are functions of this process. */
export class FakeGuest {
  readonly url: string;
  readonly files = new FakeFiles();
  readonly #programs: FakePrograms;
  readonly #lost = new AbortController();
  #running = 0;

  constructor(url: string, programs: FakePrograms) {
    this.url = url;
    this.#programs = programs;
    this.files.makeDirectory(fakeHome);
  }

  /** Commands that have not ended. */
  running(): number {
    return this.#running;
  }

  /** Aborts when the guest is gone. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Pulls the plug: everything that runs ends as an error of the transport. */
  lose(): void {
    this.#lost.abort(LabError.of('winrm.connection-lost', { url: this.url, action: 'a command', reason: 'the guest is gone' }));
  }

  /** Runs a command until it ends or the signal does. Throws for a line that the guest has no program for: a strict fake makes nothing up. */
  async run(command: RemoteCommand, call: Call): Promise<CommandResult> {
    const [name = '', argument = ''] = command.line.split(' ');
    const program = this.#programs[name];
    if (program === undefined) {
      const known = Object.keys(this.#programs).join(', ') || 'nothing';
      throw new Error(`run ${JSON.stringify(command.line)} came and the fake guest knows ${known}`);
    }
    const cwd = command.cwd ?? fakeHome;
    if (this.files.kindOf(cwd) !== 'directory') throw new Error(`run ${JSON.stringify(command.line)} came in ${cwd}, which is no folder`);
    const startedMs = performance.now();
    const output = keepOutput(command);
    const killed = new AbortController();
    const end = Promise.withResolvers<'timed-out' | typeof KILLED>();
    // No program here handles Ctrl-C.
    const interrupt = (): void => end.resolve(KILLED);
    const given = AbortSignal.any([call.signal, this.#lost.signal]);
    const giveUp = (): void => end.reject(given.reason);
    given.addEventListener('abort', giveUp);
    command.interrupt?.addEventListener('abort', interrupt, { once: true });
    const limit = command.timeoutMs === undefined ? undefined : setTimeout(() => end.resolve('timed-out'), command.timeoutMs);
    this.#running += 1;
    try {
      given.throwIfAborted();
      const running = program({
        argument: Buffer.from(argument, 'base64url').toString(),
        stdin: asPieces(command.stdin),
        cwd,
        env: command.env ?? {},
        write: (stream, bytes) => {
          if (!killed.signal.aborted) output.write(stream, bytes);
        },
        signal: killed.signal,
      });
      const code = await Promise.race([running, end.promise]);
      // A timer may fire a fraction of a millisecond early.
      const durationMs = Math.max(performance.now() - startedMs, code === 'timed-out' ? (command.timeoutMs ?? 0) : 0);
      const ended = code === 'timed-out' ? { exitCode: KILLED, ended: code } : { exitCode: code >>> 0, ended: 'exited' as const };
      return { ...ended, ...output.kept(), durationMs };
    } finally {
      killed.abort();
      clearTimeout(limit);
      given.removeEventListener('abort', giveUp);
      command.interrupt?.removeEventListener('abort', interrupt);
      end.promise.catch(() => {});
      this.#running -= 1;
    }
  }
}

async function* asPieces(stdin: RemoteCommand['stdin']): AsyncIterable<Uint8Array> {
  if (stdin instanceof Uint8Array) yield stdin;
  else if (stdin !== undefined) yield* stdin;
}

/** Tells output live and keeps what a result may hold. */
function keepOutput({ onOutput, maxOutputBytes = KEPT_OUTPUT_BYTES }: RemoteCommand): {
  readonly write: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  readonly kept: () => Pick<CommandResult, 'stdout' | 'stderr' | 'truncated'>;
} {
  const pieces = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const left = { stdout: maxOutputBytes, stderr: maxOutputBytes };
  const truncated = { stdout: false, stderr: false };
  return {
    write: (stream, bytes) => {
      onOutput?.(stream, bytes);
      if (bytes.length > left[stream]) truncated[stream] = true;
      const part = bytes.subarray(0, left[stream]);
      left[stream] -= part.length;
      pieces[stream].push(Uint8Array.from(part));
    },
    kept: () => ({ stdout: Buffer.concat(pieces.stdout), stderr: Buffer.concat(pieces.stderr), truncated: { ...truncated } }),
  };
}
