import net from 'node:net';
import type { Call } from '../../core/call.ts';

/** How often a machine is looked at. */
const EVERY_MS = 2000;
const CONNECT_MS = 5000;
/** Looks in a row that found nothing before Vagrant is asked, which costs a second of a processor. */
const PATIENCE = 2;
const ASK_MS = 60_000;

/** What is watched. */
export interface Watched {
  readonly address: () => { readonly host: string; readonly port: number };
  /** Asks Vagrant: `running` and so on. */
  readonly state: (call: Call) => Promise<string>;
  /** Told once, with a sentence, when the machine does not run any more. */
  readonly onLost: (reason: string) => void;
}

/** Looks after a machine until it is lost or the watch is disposed. Keeps the process alive, as the machine is to be released by it. */
export function watchMachine({ address, state, onLost }: Watched): Disposable {
  const ended = new AbortController();
  let misses = 0;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const { host, port } = address();
    misses = (await answers(host, port, ended.signal)) ? 0 : misses + 1;
    if (misses < PATIENCE || ended.signal.aborted) return;
    const limit = AbortSignal.any([ended.signal, AbortSignal.timeout(ASK_MS)]);
    const told = await state({ signal: limit, deadline: { remainingMs: () => ASK_MS } }).catch(() => 'running');
    // A machine that restarts runs, and answers again later.
    if (told === 'running' || ended.signal.aborted) return;
    ended.abort();
    onLost(`Vagrant says that the machine is ${told.replaceAll('_', ' ')}`);
  };
  const again = (): void => {
    timer = setTimeout(() => void look().finally(() => ended.signal.aborted || again()), EVERY_MS);
  };
  again();
  return {
    [Symbol.dispose]: () => {
      ended.abort();
      clearTimeout(timer);
    },
  };
}

function answers(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const end = (found: boolean) => (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', given);
      socket.destroy();
      resolve(found);
    };
    const given = end(true);
    const timer = setTimeout(end(false), CONNECT_MS);
    socket.once('connect', end(true)).once('error', end(false));
    signal.addEventListener('abort', given);
  });
}
