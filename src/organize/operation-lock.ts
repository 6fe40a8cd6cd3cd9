import { createHash } from 'node:crypto';
import { mkdir, open, readdir, realpath, rm } from 'node:fs/promises';
import { type Server, type Socket, connect, createServer } from 'node:net';
import path from 'node:path';
import { ProgramError, writeProblem } from '../core/program-error.ts';

/** Long enough for a process that is busy, short enough for somebody who waits. */
const ANSWER_MS = 1_000;
const MOST_ANSWER = 200;
/** Others may be quicker so many times in a row. */
const MOST_ATTEMPTS = 20;
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/**
 * Lets one program at a time change files for the user whose state folder this is. Throws `organize-busy` when another does, with what that one says of
 * itself.
 *
 * To take the lock for the seventh time is to create the file `7` in a folder, exclusively; the highest number holds. Its holder listens at an address made
 * of that number (a named pipe on Windows, an abstract socket on Linux), which the operating system takes back when the process ends, however it ends: a
 * number at whose address nobody answers is free to be followed by the next. The file stays after the lock is given back, so that one who has looked long
 * ago cannot begin anew beside others. The address alone would do where no two can listen at one; not every Windows (Wine, for one) sees to that.
 */
export async function takeOperationLock(folder: string, saysOfItself: string): Promise<AsyncDisposable> {
  const locks = path.join(folder, 'lock');
  try {
    await mkdir(locks, { recursive: true });
    const id = createHash('sha256')
      .update((await realpath(locks)).toLowerCase())
      .digest('hex')
      .slice(0, 32);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      const last = await highest(locks);
      const holder = last === 0 ? undefined : await ask(addressOf(id, last));
      if (holder !== undefined) throw busy(holder);
      const taken = await tryToTake(locks, id, last + 1, saysOfItself);
      if (taken) return taken;
    }
  } catch (error) {
    throw error instanceof ProgramError ? error : writeProblem(error, locks);
  }
  throw busy('it changes all the time');
}

const busy = (holder: string): ProgramError => new ProgramError('organize-busy', `Another program is changing files: ${holder}`);

/** Listens first: from the moment that the file is there, somebody has to answer for it. */
async function tryToTake(locks: string, id: string, number: number, saysOfItself: string): Promise<AsyncDisposable | undefined> {
  const server = await listen(addressOf(id, number), saysOfItself);
  if (server === undefined) return undefined;
  const file = path.join(locks, String(number));
  try {
    await (await open(file, 'wx')).close();
    const after = await highest(locks);
    if (after > number) await rm(file, { force: true });
    else {
      for (const each of await numbers(locks)) if (each < number) await rm(path.join(locks, String(each)), { force: true });
      return server;
    }
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }
  await server[Symbol.asyncDispose]();
  return undefined;
}

async function numbers(locks: string): Promise<readonly number[]> {
  // 7
  return (await readdir(locks)).filter((name) => /^[1-9]\d{0,14}$/.test(name)).map(Number);
}

const highest = async (locks: string): Promise<number> => (await numbers(locks)).reduce((most, each) => Math.max(most, each), 0);

const addressOf = (id: string, number: number): string =>
  process.platform === 'win32' ? `\\\\.\\pipe\\anivault-${id}-${number}` : `\0anivault-${id}-${number}`;

/** Answers for a number until it is disposed of; `undefined` when somebody else does. */
async function listen(address: string, saysOfItself: string): Promise<AsyncDisposable | undefined> {
  const asking = new Set<Socket>();
  const server = createServer((socket) => {
    asking.add(socket.unref());
    socket.on('error', () => {}).on('close', () => asking.delete(socket));
    socket.end(`${saysOfItself}\n`);
  });
  try {
    await started(server, address);
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return undefined;
    throw error;
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

const started = (server: Server, address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });

/**
 * What the holder at an address says of itself; `undefined` when nobody is there. It may be anybody's program, so only a little plain text is believed;
 * one that takes the call and says nothing is there all the same.
 */
const ask = (address: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    let text = '';
    const socket = connect(address);
    const done = (): void => {
      socket.destroy();
      resolve(text.replace(/[^ -~]/g, ' ').trim() || 'it does not say which');
    };
    socket.setTimeout(ANSWER_MS, done);
    socket.on('error', (error) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ECONNREFUSED') resolve(undefined);
      else done();
    });
    socket.on('close', done);
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1');
      if (text.length > MOST_ANSWER) done();
    });
  });
