import { connect as connectSocket } from 'node:net';
import ssh2, { type ClientChannel, type ConnectConfig } from 'ssh2';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { SshAddress } from '../../core/guest.ts';
import { algorithms } from '../../ssh/algorithms.ts';
import { fingerprintOf, isFingerprint } from '../../ssh/host-key.ts';
import { SessionSlots } from './session-slots.ts';

/** One authenticated connection to an SSH server. */
export interface SshSession {
  /** Aborts with a `ssh.connection-lost` when the connection ends, whoever ended it. Its channels are gone then. */
  readonly lost: AbortSignal;
  /** Runs `use` with a channel in which the command runs; waits in order where the server allows no more. The channel is closed afterwards. */
  readonly exec: <T>(line: string, call: Call, use: (channel: ClientChannel) => Promise<T>) => Promise<T>;
  /** Opens the channel of a subsystem; it counts as a command until it closes. */
  readonly subsystem: (name: string, call: Call) => Promise<ClientChannel>;
  /** Closes the connection at once. */
  readonly close: () => void;
}

/** `ssh://192.168.56.10:22` */
export const addressOf = ({ host, port }: SshAddress): string => `ssh://${host}:${port}`;

/** A server that says nothing for this long while the connection is made has hung. */
const HANDSHAKE_MS = 30_000;
/** A guest that answers none of three questions in a row is dead: noticed within 40 s, and a busy guest has time. */
const KEEP_ALIVE_MS = 10_000;
const KEEP_ALIVES = 3;
const CHANNEL_MS = 60_000;

/** Connects and logs in. Rejects with what is wrong; nothing is left open then. The password is not sent before the host key was compared. */
export async function openSession(endpoint: SshAddress, maxSessions: number, call: Call): Promise<SshSession> {
  const address = addressOf(endpoint);
  call.signal.throwIfAborted();
  if (!isFingerprint(endpoint.hostKeySha256)) throw LabError.of('ssh.pin-invalid', { address, pin: endpoint.hostKeySha256 });
  const credentials = credentialsOf(endpoint);
  const client = new ssh2.Client();
  const lost = new AbortController();
  const lose = (reason: string): void => lost.abort(LabError.of('ssh.connection-lost', { address, action: 'an open connection', reason }));
  let hostKey: string | undefined;
  let met = false;
  await new Promise<void>((resolve, reject) => {
    const fail = (error: unknown): void => {
      settle();
      client.destroy();
      reject(error);
    };
    const limitMs = Math.min(HANDSHAKE_MS, call.deadline.remainingMs());
    const timer = setTimeout(
      () => fail(LabError.of('ssh.timed-out', { address, action: met ? 'the login' : 'a connection', limit: `${Math.round(limitMs)} ms` })),
      limitMs,
    );
    const abort = (): void => fail(call.signal.reason);
    const settle = (): void => {
      clearTimeout(timer);
      call.signal.removeEventListener('abort', abort);
    };
    call.signal.addEventListener('abort', abort, { once: true });
    client.on('ready', () => {
      settle();
      resolve();
    });
    // It stays for the life of the connection: what goes wrong later ends it, and `close` follows.
    client.on('error', (error: Error & { readonly level?: string }) => {
      lose(reasonOf(error));
      fail(openingError(error, endpoint, hostKey, met));
    });
    client.on('close', () => {
      lose('it was closed');
      fail(LabError.of('ssh.unreachable', { address, reason: 'the connection was closed before the login' }));
    });
    client.on('handshake', () => {
      met = true;
    });
    if ('password' in endpoint.login) answerPrompts(client, endpoint.login.password.reveal());
    const socket = connectSocket({ host: endpoint.host, port: endpoint.port, noDelay: true });
    client.connect({
      ...credentials,
      sock: socket,
      username: endpoint.user,
      algorithms,
      // ssh2 compares nothing by itself.
      hostVerifier: (key: Buffer) => {
        hostKey = fingerprintOf(key);
        return hostKey === endpoint.hostKeySha256;
      },
      readyTimeout: 0,
      keepaliveInterval: KEEP_ALIVE_MS,
      keepaliveCountMax: KEEP_ALIVES,
    });
  });
  const slots = new SessionSlots(maxSessions);
  const open = (what: string, start: Start, within: Call): Promise<ClientChannel> =>
    openChannel(start, { client, slots, lost: lost.signal, address, what }, within);
  return {
    lost: lost.signal,
    exec: async (line, within, use) => {
      const channel = await open('the command', (take) => client.exec(line, take), within);
      try {
        return await use(channel);
      } finally {
        // A channel with output that nobody reads is not told to be closed.
        channel.resume();
        channel.stderr.resume();
        channel.close();
      }
    },
    subsystem: (name, within) => open(`the subsystem ${name}`, (take) => client.subsys(name, take), within),
    close: () => {
      lose('the lab closed it');
      client.end();
      client.destroy();
    },
  };
}

type Start = (take: (error: Error | undefined, channel: ClientChannel) => void) => unknown;

interface Opening {
  readonly client: ssh2.Client;
  readonly slots: SessionSlots;
  readonly lost: AbortSignal;
  readonly address: string;
  readonly what: string;
}

/** Reasons of RFC 4254, section 5.1, by which servers refuse a session beyond MaxSessions; OpenSSH's own is "connect failed". */
const NO_MORE = new Set([1, 2, 4]);

/** Opens a channel once a slot is free. A server that allows fewer than thought is believed: the command, which has not begun, waits its turn. */
async function openChannel(start: Start, opening: Opening, call: Call): Promise<ClientChannel> {
  const { slots, lost, address, what } = opening;
  for (;;) {
    const release = await slots.acquire(AbortSignal.any([call.signal, lost]));
    try {
      const channel = await answerWithin(start, opening, call);
      channel.once('close', release);
      // What goes wrong with a channel is told by its end.
      channel.on('error', () => {});
      return channel;
    } catch (error) {
      release();
      if (error instanceof LabError) throw error;
      lost.throwIfAborted();
      const refused = error as Error & { readonly reason?: number };
      if (NO_MORE.has(refused.reason ?? 0) && slots.narrow()) continue;
      throw LabError.of('ssh.command-refused', { address, what, reason: reasonOf(refused) });
    }
  }
}

function answerWithin(start: Start, { lost, address, what }: Opening, call: Call): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const limitMs = Math.min(CHANNEL_MS, call.deadline.remainingMs());
    let waiting = true;
    const settle = (): void => {
      waiting = false;
      clearTimeout(timer);
      stop.removeEventListener('abort', abort);
    };
    const fail = (error: unknown): void => {
      settle();
      reject(error);
    };
    const timer = setTimeout(
      () => fail(LabError.of('ssh.timed-out', { address, action: `a request to run ${what}`, limit: `${Math.round(limitMs)} ms` })),
      limitMs,
    );
    const stop = AbortSignal.any([call.signal, lost]);
    const abort = (): void => fail(stop.reason);
    stop.addEventListener('abort', abort, { once: true });
    if (stop.aborted) return abort();
    start((error, channel) => {
      // Nobody waits any more: what was started must not go on.
      if (!waiting) return channel?.close();
      if (error) return fail(error);
      settle();
      return resolve(channel);
    });
    return undefined;
  });
}

/** A server may ask for the password as a question (RFC 4256). Anything but one hidden question is answered by nothing. */
function answerPrompts(client: ssh2.Client, password: string): void {
  client.on('keyboard-interactive', (_name, _instructions, _language, prompts, finish) =>
    finish(prompts.length === 1 && prompts[0]?.echo === false ? [password] : []),
  );
}

function credentialsOf(endpoint: SshAddress): ConnectConfig {
  const { login } = endpoint;
  if ('password' in login) return { password: login.password.reveal(), tryKeyboard: true };
  const passphrase = login.passphrase?.reveal();
  const key = ssh2.utils.parseKey(login.privateKey.reveal(), passphrase);
  if (key instanceof Error || !key.isPrivateKey())
    throw LabError.of('ssh.key-unusable', {
      address: addressOf(endpoint),
      reason: key instanceof Error ? key.message : 'it is a public key',
    });
  return { privateKey: login.privateKey.reveal(), ...(passphrase === undefined ? {} : { passphrase }) };
}

function openingError(
  error: Error & { readonly level?: string },
  endpoint: SshAddress,
  hostKey: string | undefined,
  met: boolean,
): LabError {
  const address = addressOf(endpoint);
  const { user, login, hostKeySha256: expected } = endpoint;
  if (hostKey !== undefined && hostKey !== expected) return LabError.of('ssh.host-key-refused', { address, actual: hostKey, expected });
  const reason = reasonOf(error);
  if (error.level === 'client-authentication')
    return LabError.of('ssh.authentication-refused', { address, user, method: 'password' in login ? 'its password' : 'its key' });
  if (error.level === 'client-socket') return LabError.of('ssh.unreachable', { address, reason });
  if (/no matching/i.test(reason)) return LabError.of('ssh.no-agreement', { address, reason });
  if (met) return LabError.of('ssh.connection-lost', { address, action: 'the login', reason });
  return LabError.of('ssh.protocol-violation', { address, what: reason });
}

/** An error's own words on one line; they may be the server's. */
// oxlint-disable-next-line no-control-regex -- they are what is taken out
const reasonOf = (error: Error): string => error.message.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 300);
