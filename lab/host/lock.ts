import { createHash } from 'node:crypto';
import net from 'node:net';
import os from 'node:os';
import { z } from 'zod';
import type { Call } from '../core/call.ts';

/** Who holds a lock and since when, as told by the holder itself. */
export interface LockHolder {
  readonly pid: number;
  readonly purpose: string;
  readonly since: string;
}

const lockHolder = z.object({ pid: z.int().positive(), purpose: z.string(), since: z.iso.datetime() });

/** Longest answer read from a holder. */
const MOST_HOLDER_BYTES = 4096;

/**
 * Takes a lock between processes of this machine, waiting for whoever holds it; disposing gives it back.
 *
 * The lock is a listening socket in Linux' abstract namespace, on Windows a named pipe: the kernel frees it when the process dies, whatever kills it, so that there is no
 * stale lock and nothing to clean up. A waiter asks the holder who it is and is woken when the holder's socket closes.
 */
export async function takeLock(name: string, purpose: string, onWait: (holder: LockHolder) => void, call: Call): Promise<AsyncDisposable> {
  const address = addressOf(name);
  for (;;) {
    call.signal.throwIfAborted();
    const server = await listen(address, purpose);
    if (server) return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
    await untilHolderLeaves(address, onWait, call.signal);
  }
}

/** Abstract names are limited to 107 bytes, so the name is hashed; the user's number or name keeps users apart. */
function addressOf(name: string): string {
  const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
  if (process.platform === 'win32') return String.raw`\\.\pipe\anivault-lab-${hashOf(`${os.userInfo().username} ${name}`)}`;
  return `\0anivault-lab-${process.getuid?.() ?? 0}-${hashOf(name)}`;
}

function listen(address: string, purpose: string): Promise<net.Server | undefined> {
  const greeting = JSON.stringify({ pid: process.pid, purpose, since: new Date().toISOString() } satisfies LockHolder);
  const waiters = new Set<net.Socket>();
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => {
      waiters.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => waiters.delete(socket));
      socket.write(`${greeting}\n`);
    });
    const close = server.close.bind(server);
    server.close = (callback) => {
      for (const waiter of waiters) waiter.destroy();
      return close(callback);
    };
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(address, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** Any program of this machine can listen under the name: what it says may be anything, and is then not told. */
function parseHolder(text: string): LockHolder | undefined {
  try {
    return lockHolder.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function untilHolderLeaves(address: string, onWait: (holder: LockHolder) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(address);
    let told = '';
    const give = (): void => {
      signal.removeEventListener('abort', give);
      socket.destroy();
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    signal.addEventListener('abort', give);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      if (told.includes('\n')) return;
      told = (told + text).slice(0, MOST_HOLDER_BYTES);
      const holder = told.includes('\n') ? parseHolder(told) : undefined;
      if (holder) onWait(holder);
    });
    socket.on('error', give);
    socket.on('close', give);
  });
}
