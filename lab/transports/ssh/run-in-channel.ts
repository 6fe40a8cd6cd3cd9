import { once } from 'node:events';
import type { ClientChannel } from 'ssh2';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { CommandResult, RemoteCommand } from '../../core/transport.ts';

export interface ChannelRun extends Pick<RemoteCommand, 'stdin' | 'timeoutMs' | 'onOutput' | 'interrupt'> {
  readonly maxOutputBytes: number;
  /** For errors: `ssh://host:22`. */
  readonly address: string;
  /** Aborts with the connection. */
  readonly lost: AbortSignal;
  readonly monotonicMs: () => number;
}

type Stream = 'stdout' | 'stderr';

/** How long a command may take to be gone once it was told to end. */
const KILL_MS = 5_000;
/** A piece of input; channels take 32 KiB packets. */
const PIECE_BYTES = 256 << 10;
/** 128 and the number of SIGKILL, as shells count the end by a signal. */
const KILLED = 137;

/**
 * Follows a command in its channel to the end: output live, standard input beside it. A time-out is a result; the guest has then said that the
 * command is gone, and `ssh.not-ended` is thrown when it does not say so. When the call is aborted or input fails the command is ended and the
 * error thrown.
 */
export async function runInChannel(channel: ClientChannel, run: ChannelRun, call: Call): Promise<CommandResult> {
  const startedAt = run.monotonicMs();
  const output = new Output(run);
  const failed = new AbortController();
  const timeOut = new AbortController();
  const over = new AbortController();
  let exit: { readonly code: number } | undefined;
  channel.on('exit', (code: number | null) => {
    exit = { code: code ?? KILLED };
  });
  // A command that ends at once has told its exit status before anybody could listen; ssh2 tells it again at the end.
  const closed = once(channel, 'close').then(([code]: readonly (number | null | undefined)[]) => {
    if (code !== undefined) exit ??= { code: code ?? KILLED };
  });
  for (const stream of ['stdout', 'stderr'] as const)
    channel[stream].on('data', (bytes: Buffer) => {
      try {
        output.add(stream, bytes);
      } catch (error) {
        failed.abort(error);
      }
    });
  const timer = run.timeoutMs === undefined ? undefined : setTimeout(() => timeOut.abort(), run.timeoutMs);
  const fed = feed(channel, run.stdin, AbortSignal.any([over.signal, run.lost, call.signal])).catch((error: unknown) =>
    failed.abort(error),
  );
  const interrupt = (): void => sendSignal(channel, 'INT');
  if (run.interrupt?.aborted) interrupt();
  run.interrupt?.addEventListener('abort', interrupt, { once: true });
  const enough = AbortSignal.any([call.signal, failed.signal, timeOut.signal]);
  try {
    const ended = await firstOf(closed, enough);
    if (!ended) {
      const obeyed = await kill(channel, closed);
      call.signal.throwIfAborted();
      failed.signal.throwIfAborted();
      run.lost.throwIfAborted();
      if (!obeyed) throw LabError.of('ssh.not-ended', { address: run.address, limit: `${KILL_MS} ms` });
    } else if (exit === undefined) {
      // The connection's end is told a moment after that of its channels.
      await firstOf(new Promise<void>((resolve) => setTimeout(resolve, 100)), run.lost);
      run.lost.throwIfAborted();
      throw LabError.of('ssh.protocol-violation', { address: run.address, what: 'a command ended without an exit status' });
    }
    return {
      exitCode: (exit ?? { code: KILLED }).code >>> 0,
      ended: ended ? 'exited' : 'timed-out',
      ...output.result(),
      durationMs: run.monotonicMs() - startedAt,
    };
  } finally {
    clearTimeout(timer);
    run.interrupt?.removeEventListener('abort', interrupt);
    over.abort();
    await fed;
  }
}

/** Ends the command by a signal (RFC 4254, section 6.9), and by closing its channel where that is not obeyed. Whether it is known to be gone. */
async function kill(channel: ClientChannel, closed: Promise<void>): Promise<boolean> {
  sendSignal(channel, 'KILL');
  const limit = AbortSignal.timeout(KILL_MS);
  if (await firstOf(closed, limit)) return true;
  channel.close();
  return false;
}

/** ssh2's own `signal` says nothing once standard input is closed; a signal may be sent until the channel is (RFC 4254, section 5.3). */
function sendSignal(channel: ClientChannel, name: 'INT' | 'KILL'): void {
  const { _client, outgoing } = channel as unknown as {
    readonly _client: { readonly _protocol: { readonly signal: (id: number, name: string) => void } };
    readonly outgoing: { readonly id: number; readonly state: string };
  };
  if (outgoing.state === 'open' || outgoing.state === 'eof') _client._protocol.signal(outgoing.id, name);
}

/** True when `work` is done first, false when the signal aborts first. */
function firstOf(work: Promise<void>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = (): void => resolve(false);
    signal.addEventListener('abort', stop, { once: true });
    void work.then(() => {
      signal.removeEventListener('abort', stop);
      resolve(true);
    });
    if (signal.aborted) stop();
  });
}

/** Hands input over, piece by piece as the channel takes it, and closes it. A command that is over is no error. */
async function feed(channel: ClientChannel, stdin: RemoteCommand['stdin'], stop: AbortSignal): Promise<void> {
  const stopped = new Promise<'stopped'>((resolve) => {
    stop.addEventListener('abort', () => resolve('stopped'), { once: true });
    if (stop.aborted) resolve('stopped');
  });
  const pieces = piecesOf(stdin)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([pieces.next(), stopped]);
      if (next === 'stopped') return;
      if (next.done) break;
      const taken = new Promise<'taken'>((resolve) => channel.write(next.value, () => resolve('taken')));
      if ((await Promise.race([taken, stopped])) === 'stopped') return;
    }
    channel.end();
  } finally {
    // Not awaited: a source that waits for something that never comes would hold everything up.
    pieces.return?.(undefined)?.catch(() => {});
  }
}

async function* piecesOf(stdin: RemoteCommand['stdin']): AsyncGenerator<Uint8Array> {
  if (stdin === undefined) return;
  const chunks = stdin instanceof Uint8Array ? [stdin] : stdin;
  for await (const chunk of chunks) for (let at = 0; at < chunk.byteLength; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES);
}

/** Keeps the head of each stream. */
class Output {
  readonly #run: ChannelRun;
  readonly #kept: Record<Stream, Uint8Array[]> = { stdout: [], stderr: [] };
  readonly #keptBytes: Record<Stream, number> = { stdout: 0, stderr: 0 };
  readonly #truncated: Record<Stream, boolean> = { stdout: false, stderr: false };

  constructor(run: ChannelRun) {
    this.#run = run;
  }

  add(stream: Stream, bytes: Buffer): void {
    this.#run.onOutput?.(stream, bytes);
    const room = this.#run.maxOutputBytes - this.#keptBytes[stream];
    if (bytes.length > room) this.#truncated[stream] = true;
    if (room <= 0) return;
    // A copy: the piece may be a small part of a large packet.
    const kept = Buffer.from(bytes.subarray(0, room));
    this.#kept[stream].push(kept);
    this.#keptBytes[stream] += kept.length;
  }

  result(): Pick<CommandResult, 'stdout' | 'stderr' | 'truncated'> {
    return { stdout: Buffer.concat(this.#kept.stdout), stderr: Buffer.concat(this.#kept.stderr), truncated: { ...this.#truncated } };
  }
}
