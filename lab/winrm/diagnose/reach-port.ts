import { createSocket } from 'node:dgram';
import { type LookupAddress, lookup } from 'node:dns';
import { type LookupFunction, type Socket, connect, isIP } from 'node:net';
import type { Call } from '../../core/call.ts';
import { type StepContext, finding, wasTooLong, within } from './examination.ts';
import { quoted } from './finding.ts';
import { remedies } from './remedies.ts';

/** The addresses of a host, as this machine's resolver gives them. */
export type Addresses = readonly [LookupAddress, ...LookupAddress[]];

/** Finds the addresses of the host; `undefined`, and a finding, when it has none. */
export async function resolveHost({ examination: { host }, limits, watcher, call }: StepContext): Promise<Addresses | undefined> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  watcher.begins(`look up ${host}`);
  const tell = (state: 'ok' | 'failed', message: string): void =>
    watcher.found(finding('name', state, message, { about: host, ...(state === 'ok' ? {} : { remedy: remedies.name }) }));
  try {
    const addresses = await within(call, limits.resolveMs, 'the look-up', () => lookUp(host));
    const [first, ...rest] = addresses;
    if (first === undefined) {
      tell('failed', 'the name has no address');
      return undefined;
    }
    tell('ok', addresses.map(({ address }) => address).join(', '));
    return [first, ...rest];
  } catch (error) {
    call.signal.throwIfAborted();
    if (wasTooLong(error)) tell('failed', `no name server answered within ${limits.resolveMs / 1000} s`);
    else tell('failed', `the name is not known here (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
    return undefined;
  }
}

const lookUp = (host: string): Promise<readonly LookupAddress[]> =>
  new Promise((resolve, reject) => lookup(host, { all: true }, (error, found) => (error ? reject(error) : resolve(found))));

/** What came of trying to connect. */
export type PortState =
  | { readonly kind: 'open' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'no-answer' }
  | { readonly kind: 'no-route'; readonly reason: string };

/** Whether all addresses are this machine itself, so that nobody is in between. */
export const isLoopback = (addresses: Addresses): boolean =>
  addresses.every(({ address }) => address === '::1' || address.startsWith('127.'));

/** Gives a connection the addresses that were found already. */
export const lookupOf =
  (addresses: Addresses): LookupFunction =>
  (_host, options, callback) => {
    if (options.all) callback(null, [...addresses]);
    else callback(null, addresses[0].address, addresses[0].family);
  };

/** Tries a TCP port. Refused is told apart from not answered: the former says that the host is up. */
export async function tryPort(host: string, port: number, addresses: Addresses, limitMs: number, call: Call): Promise<PortState> {
  let socket: Socket | undefined;
  try {
    await within(
      call,
      limitMs,
      'the connection',
      () =>
        new Promise<void>((resolve, reject) => {
          socket = connect({ host, port, lookup: lookupOf(addresses), autoSelectFamily: true });
          socket.once('connect', resolve);
          socket.once('error', reject);
        }),
    );
    return { kind: 'open' };
  } catch (error) {
    call.signal.throwIfAborted();
    if (wasTooLong(error)) return { kind: 'no-answer' };
    // Several addresses were tried: one that refuses says more than one that is not there.
    const codes = [error, ...(error instanceof AggregateError ? error.errors : [])].map((each) => (each as NodeJS.ErrnoException).code);
    if (codes.includes('ECONNREFUSED')) return { kind: 'refused' };
    if (codes.includes('ETIMEDOUT')) return { kind: 'no-answer' };
    return { kind: 'no-route', reason: codes.find((code) => code !== undefined) ?? quoted(String(error)) };
  } finally {
    socket?.on('error', () => {});
    socket?.destroy();
  }
}

/** The address of this machine that the host sees, as far as no router changes it. Nothing is sent for that. */
export const ownAddressTowards = (addresses: Addresses): Promise<string | undefined> =>
  new Promise((resolve) => {
    const [{ address, family }] = addresses;
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    const end = (found: string | undefined): void => {
      socket.close();
      resolve(found);
    };
    socket.once('error', () => end(undefined));
    socket.connect(9, address, () => end(socket.address().address));
  });
