import type { Writable } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import type { GuestProcess } from '../../core/guest-processes.ts';

/**
 * Connects a process to a channel until both are done: input, both streams of output, exit status. Either side is held back while the other does
 * not take its bytes. The process is ended when `gone` aborts, which says that nobody listens any more.
 */
export async function pipeProcess(process: GuestProcess, channel: ServerChannel, gone: AbortSignal): Promise<void> {
  const end = (): void => process.kill();
  if (gone.aborted) end();
  gone.addEventListener('abort', end, { once: true });
  const over = new AbortController();
  const fed = feed(process, channel, AbortSignal.any([gone, over.signal]));
  try {
    for await (const { stream, bytes } of process.output) {
      // What a process writes after its client has gone is read and dropped, so that it can end.
      if (!gone.aborted) await written(channel, stream === 'stdout' ? channel : channel.stderr, bytes, gone);
    }
    const exitCode = await process.exited;
    if (gone.aborted) return;
    channel.exit(exitCode >>> 0);
    channel.end();
  } finally {
    gone.removeEventListener('abort', end);
    over.abort();
    await fed;
  }
}

/** Hands the channel's input to the process, then its end. Input that nobody takes any more is dropped. */
async function feed(process: GuestProcess, channel: ServerChannel, stop: AbortSignal): Promise<void> {
  const stopped = new Promise<never>((_, reject) => stop.addEventListener('abort', () => reject(new Error('stopped')), { once: true }));
  stopped.catch(() => {});
  try {
    // Leaving the loop must not destroy the channel: output may still be on its way.
    for await (const bytes of channel.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      await Promise.race([process.write(bytes), stopped]);
    }
    await Promise.race([process.end(), stopped]);
  } catch {
    channel.resume();
  }
}

/** Resolves when the channel's window has taken the bytes, or nobody listens. One write at a time. */
function written(channel: ServerChannel, stream: Writable, bytes: Uint8Array, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      gone.removeEventListener('abort', settle);
      // ssh2 1.17 keeps what once waited for the window, and sends it again when the other stream has to wait.
      Object.assign(channel, { _chunk: undefined, _chunkcb: undefined, _chunkErr: undefined, _chunkcbErr: undefined });
      resolve();
    };
    gone.addEventListener('abort', settle, { once: true });
    stream.write(bytes, settle);
  });
}
