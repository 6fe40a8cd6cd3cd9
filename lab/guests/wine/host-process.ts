import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Call } from '../../core/call.ts';
import { LineReader } from './agent/line-reader.ts';
import { type GuestHostMessage, type GuestHostSettings, type GuestReady, guestHostMessage } from './guest-host-frames.ts';

/** A running guest host as the provider sees it. */
export interface GuestHostProcess {
  readonly pid: number;
  /** Where the guest is reached, once it answers. Rejects with the reason when the guest does not come up. */
  readonly ready: Promise<GuestReady>;
  /** Resolves with the reason when the guest ends without being asked to. Never rejects. */
  readonly lost: Promise<string>;
  /** Ends the guest and waits until it is gone, by force when it does not go. */
  readonly stop: () => Promise<void>;
}

const HOST_PROGRAM = path.join(import.meta.dirname, 'guest-host.ts');
const MOST_MESSAGE_BYTES = 64 << 10;
const MOST_COMPLAINT_CHARACTERS = 2000;
const STOP_LIMIT_MS = 10_000;

/**
 * Starts the process that is a guest. It ends with the pipe to its standard input, and so with this process, whatever ends that; Ctrl-C in a
 * terminal does not reach it.
 */
export function startHostProcess(settings: GuestHostSettings): GuestHostProcess {
  const host = spawn(process.execPath, ['--no-warnings', HOST_PROGRAM], {
    env: {},
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const ready = Promise.withResolvers<GuestReady>();
  const lost = Promise.withResolvers<string>();
  // Each is waited for by somebody, but not always by both.
  ready.promise.catch(() => {});
  let stopping = false;
  let complaint = '';
  const lose = (reason: string): void => {
    ready.reject(new Error(reason));
    if (!stopping) lost.resolve(reason);
  };
  const reader = new LineReader(MOST_MESSAGE_BYTES);
  const take = (message: GuestHostMessage): void => ('ready' in message ? ready.resolve(message.ready) : lose(message.lost));
  host.stdout.on('data', (bytes: Buffer) => {
    try {
      for (const line of reader.push(bytes)) take(guestHostMessage.parse(JSON.parse(line)));
    } catch (error) {
      lose(`the guest’s host process cannot be understood: ${String(error).slice(0, 500)}`);
      host.kill('SIGKILL');
    }
  });
  host.stderr.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString('utf8')).slice(-MOST_COMPLAINT_CHARACTERS);
  });
  const gone = new Promise<void>((resolve) => {
    host.once('close', (code, signal) => {
      lose(`the guest’s host process ended (${signal ?? `exit code ${code}`})${complaint ? `: ${complaint.trim()}` : ''}`);
      resolve();
    });
    host.once('error', (error) => {
      lose(`the guest’s host process could not be started: ${error.message}`);
      if (host.pid === undefined) resolve();
    });
  });
  host.stdin.on('error', () => {});
  host.stdin.write(`${JSON.stringify(settings)}\n`);
  return {
    pid: host.pid ?? 0,
    ready: ready.promise,
    lost: lost.promise,
    stop: async () => {
      stopping = true;
      host.stdin.destroy();
      await endWithin(host, gone);
    },
  };
}

async function endWithin(host: ChildProcess, gone: Promise<void>): Promise<void> {
  const limit = new AbortController();
  const tooLate = wait(STOP_LIMIT_MS, true, { signal: limit.signal }).catch(() => false);
  if (await Promise.race([tooLate, gone])) {
    host.kill('SIGKILL');
    await gone;
  }
  limit.abort();
}

/** Waits for a host to be ready, no longer than the call lasts. */
export function readyWithin(host: GuestHostProcess, call: Call): GuestHostProcess['ready'] {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(call.signal.reason);
    if (call.signal.aborted) return abort();
    call.signal.addEventListener('abort', abort, { once: true });
    host.ready.then(resolve, reject).finally(() => call.signal.removeEventListener('abort', abort));
  });
}
