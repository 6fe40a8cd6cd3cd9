import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { type Server, type Socket, connect, createServer } from 'node:net';
import path from 'node:path';
import { ProgramError, writeProblem } from '../core/program-error.ts';

/** Long enough for a process that is busy, short enough for somebody who waits. */
const ANSWER_MS = 1_000;
const MOST_ANSWER = 200;

/**
 * Lets one program at a time change files for the user whose state folder this is. Throws `organize-busy` when another does, with what that one says of
 * itself. The lock is a name that the operating system holds for a process and takes back when it ends, however it ends (a named pipe on Windows, an
 * abstract socket on Linux), so that none is ever left behind.
 */
export async function takeOperationLock(folder: string, saysOfItself: string): Promise<AsyncDisposable> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeProblem(error, folder);
  }
  const name = lockName(await realpath(folder));
  const asking = new Set<Socket>();
  const server = createServer((socket) => {
    asking.add(socket.unref());
    socket.on('error', () => {}).on('close', () => asking.delete(socket));
    socket.end(`${saysOfItself}\n`);
  });
  try {
    await listen(server, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' && (error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    throw new ProgramError('organize-busy', `Another program is changing files: ${await ask(name)}`, error);
  }
  server.unref();
  return {
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of asking) socket.destroy();
      }),
  };
}

function lockName(folder: string): string {
  const id = createHash('sha256').update(path.normalize(folder).toLowerCase()).digest('hex').slice(0, 32);
  return process.platform === 'win32' ? `\\\\.\\pipe\\anivault-${id}` : `\0anivault-${id}`;
}

const listen = (server: Server, name: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(name, resolve);
  });

/** What the holder says of itself. It may be anybody's program that took the name, so only a little plain text is believed. */
const ask = (name: string): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    const socket = connect(name);
    const done = (): void => {
      socket.destroy();
      resolve(text.replace(/[^ -~]/g, ' ').trim() || 'it does not say which');
    };
    socket.setTimeout(ANSWER_MS, done);
    socket.on('error', done).on('close', done);
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1');
      if (text.length > MOST_ANSWER) done();
    });
  });
