import net from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Endpoint } from '../../core/guest.ts';

/** How often a host is looked at, and after how many looks without an answer it counts as gone. */
export interface WatchPace {
  readonly everyMs: number;
  readonly looks: number;
}

const ANSWER_MS = 5000;

/** Whether anything listens where the host is reached. */
export async function answers(endpoint: Endpoint): Promise<boolean> {
  const { host, port } = placeOf(endpoint);
  return await new Promise<boolean>((resolve) => {
    const socket = net.connect({ host, port });
    const end = (reached: boolean): void => {
      socket.destroy();
      resolve(reached);
    };
    socket.setTimeout(ANSWER_MS, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** Resolves with a sentence when the host has been silent for too long; never when `stop` aborts first. */
export async function watchHost(endpoint: Endpoint, { everyMs, looks }: WatchPace, stop: AbortSignal): Promise<string> {
  for (let silent = 0; silent < looks;) {
    try {
      await wait(everyMs, undefined, { signal: stop, ref: false });
    } catch {
      return await new Promise<never>(() => {});
    }
    silent = (await answers(endpoint)) ? 0 : silent + 1;
  }
  const { host, port } = placeOf(endpoint);
  return `${host}:${port} answers no more`;
}

function placeOf(endpoint: Endpoint): { readonly host: string; readonly port: number } {
  if (endpoint.transport === 'ssh') return { host: endpoint.host, port: endpoint.port };
  const { hostname, port, protocol } = new URL(endpoint.url);
  // [::1]
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) };
}
