import { addressOf } from '../../cli/running-guests.ts';
import { LabError } from '../../core/error.ts';
import type { Call } from '../../core/call.ts';
import type { WinrmAddress } from '../../core/guest.ts';
import { Secret } from '../../core/secret.ts';
import type { Connection, Transport } from '../../core/transport.ts';
import { FileDigests } from '../../transports/winrm/file-digests.ts';
import { FakeCopy } from './fake-copy.ts';
import { FakeGuest } from './fake-guest.ts';
import type { FakePrograms } from './fake-programs.ts';

/** A transport to guests in memory, and the guests. */
export interface FakeTransport extends Transport {
  /** Makes another guest and says how it is reached. Its programs are all that can be run in it. */
  readonly addGuest: (programs: FakePrograms) => { readonly guest: FakeGuest; readonly endpoint: WinrmAddress };
  /** Connections that were made and not disposed of. */
  readonly open: () => number;
}

/**
 * A strict fake: keeps every promise of a transport on files and commands that are in memory, and throws with what was expected for an endpoint
 * that is not one of its guests', a line that the guest has no program for, and anything that is asked of a connection after it was disposed of.
 */
export function fakeTransport(): FakeTransport {
  const guests = new Map<string, { readonly guest: FakeGuest; readonly endpoint: WinrmAddress }>();
  const digests = new FileDigests();
  let open = 0;
  return {
    addGuest: (programs) => {
      const url = `http://fake-${guests.size + 1}.invalid/wsman`;
      const endpoint: WinrmAddress = {
        transport: 'winrm',
        url,
        user: 'fake',
        password: new Secret(`password of ${url}`),
        authentication: 'ntlm',
        toolkit: { kind: 'agent', launcher: 'fake' },
      };
      const made = { guest: new FakeGuest(url, programs), endpoint };
      guests.set(url, made);
      return made;
    },
    open: () => open,
    connect: async (endpoint, call) => {
      call.signal.throwIfAborted();
      const known = endpoint.transport === 'winrm' ? guests.get(endpoint.url) : undefined;
      if (endpoint.transport !== 'winrm' || known === undefined)
        throw new Error(`connect ${addressOf(endpoint)} came and only ${[...guests.keys()].join(', ') || 'none'} is there`);
      const { guest } = known;
      if (guest.lost.aborted) throw LabError.of('winrm.unreachable', { url: guest.url, reason: 'the guest is gone' });
      if (endpoint.user !== known.endpoint.user || endpoint.password.reveal() !== known.endpoint.password.reveal()) {
        const { user, authentication: scheme } = endpoint;
        throw LabError.of('winrm.authentication-refused', { url: guest.url, user, scheme, advice: 'The fake guest has another password.' });
      }
      open += 1;
      return connectionTo(guest, digests, () => (open -= 1));
    },
  };
}

function connectionTo(guest: FakeGuest, digests: FileDigests, onDispose: () => void): Connection {
  const disposal = new AbortController();
  const running = new Set<Promise<unknown>>();
  const copy = new FakeCopy(guest, digests);
  /** Ends with the call, with the connection and with the guest. */
  const within = async <T>(what: string, call: Call, work: (inner: Call) => Promise<T>): Promise<T> => {
    if (disposal.signal.aborted) throw new Error(`${what} came after the connection was disposed of`);
    call.signal.throwIfAborted();
    guest.lost.throwIfAborted();
    const doing = work({ ...call, signal: AbortSignal.any([call.signal, disposal.signal, guest.lost]) });
    running.add(doing);
    try {
      return await doing;
    } finally {
      running.delete(doing);
    }
  };
  return {
    run: (command, call) => within(`run ${JSON.stringify(command.line)}`, call, (inner) => guest.run(command, inner)),
    put: (local, to, call, options) => within(`put ${to}`, call, (inner) => copy.put(local, to, inner, options)),
    get: (from, to, call, options) => within(`get ${from}`, call, (inner) => copy.get(from, to, inner, options)),
    putDirectory: (local, to, call, options) => within(`putDirectory ${to}`, call, (inner) => copy.putDirectory(local, to, inner, options)),
    getDirectory: (from, to, call, options) => within(`getDirectory ${from}`, call, (inner) => copy.getDirectory(from, to, inner, options)),
    [Symbol.asyncDispose]: async () => {
      if (disposal.signal.aborted) return;
      onDispose();
      disposal.abort(LabError.of('winrm.connection-lost', { url: guest.url, action: 'a command', reason: 'the lab closed it' }));
      await Promise.allSettled(running);
    },
  };
}
