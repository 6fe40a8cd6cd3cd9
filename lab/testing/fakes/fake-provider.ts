import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Call } from '../../core/call.ts';
import type { Endpoint, GuestLease, GuestSpec, Provider } from '../../core/guest.ts';
import { Secret } from '../../core/secret.ts';

/** A provider whose guests are nothing but an answer to Identify. Strict: what a provider must never be asked throws. */
export interface FakeProvider extends Provider {
  /** What was asked of it, in order: `acquire win10`, `rewind win10`, `release win10`. */
  readonly calls: readonly string[];
  /** Guests that are up. */
  readonly running: () => number;
  /** Kills a guest as if it had crashed. */
  readonly crash: (lease: GuestLease) => Promise<void>;
  /** Leaves a guest behind as a killed owner does. */
  readonly orphan: (spec: GuestSpec) => void;
}

export interface FakeProviderOptions {
  /** How long a guest takes to come up. */
  readonly acquireMs?: number;
}

const NAMESPACE = 'http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd';
const ANSWER = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><i:IdentifyResponse xmlns:i="${NAMESPACE}"/></s:Body></s:Envelope>`;

export function fakeProvider(options: FakeProviderOptions = {}): FakeProvider {
  const calls: string[] = [];
  const servers = new Set<http.Server>();
  const orphans: string[] = [];
  const crashes = new WeakMap<GuestLease, () => Promise<void>>();
  return {
    name: 'wine',
    assurance: 'simulated',
    serial: [],
    calls,
    running: () => servers.size,
    orphan: (spec) => void orphans.push(spec.name),
    crash: async (lease) => {
      const crash = crashes.get(lease);
      if (!crash) throw new Error('this guest is not of this provider');
      await crash();
    },
    doctor: async () => [{ subject: 'fake', state: 'ok', message: 'always' }],
    prepare: async (specs, onProgress, call) => {
      call.signal.throwIfAborted();
      if (specs.length === 0) throw new Error('prepare was asked for no guest');
      onProgress({ what: 'prepare nothing' });
    },
    acquire: async (spec, owner, call) => {
      calls.push(`acquire ${spec.name}`);
      if (owner.id === '') throw new Error('a guest needs an owner');
      const lost = Promise.withResolvers<string>();
      let guest: { server: http.Server; endpoint: Endpoint } | undefined = await up(servers, options.acquireMs ?? 0, call);
      let endpoint = guest.endpoint;
      const down = async (): Promise<void> => {
        const last = guest;
        guest = undefined;
        if (last) await close(servers, last.server);
      };
      const lease: GuestLease = {
        spec,
        assurance: 'simulated',
        isolation: 'none',
        platform: 'fake 1.0',
        get endpoint() {
          return endpoint;
        },
        lost: lost.promise,
        rewind: async (rewindCall) => {
          if (!guest) throw new Error(`guest ${spec.name} was released and cannot be rewound`);
          calls.push(`rewind ${spec.name}`);
          await down();
          guest = await up(servers, options.acquireMs ?? 0, rewindCall);
          endpoint = guest.endpoint;
        },
        [Symbol.asyncDispose]: async () => {
          if (guest) calls.push(`release ${spec.name}`);
          await down();
        },
      };
      crashes.set(lease, async () => {
        await down();
        lost.resolve('it crashed');
      });
      return lease;
    },
    clean: async () => orphans.splice(0).map((name) => `removed ${name}`),
  };
}

/** Brings a server up that answers Identify; nothing is left of it when the call ends before. */
async function up(servers: Set<http.Server>, acquireMs: number, call: Call): Promise<{ server: http.Server; endpoint: Endpoint }> {
  call.signal.throwIfAborted();
  const server = http.createServer((_request, response) => response.writeHead(200, { 'content-type': 'application/soap+xml' }).end(ANSWER));
  servers.add(server);
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => server.listen(0, '127.0.0.1', resolve), acquireMs);
      const abort = (): void => {
        clearTimeout(timer);
        reject(call.signal.reason);
      };
      call.signal.addEventListener('abort', abort, { once: true });
    });
  } catch (error) {
    await close(servers, server);
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const password = new Secret(randomBytes(9).toString('base64url'));
  const endpoint: Endpoint = {
    transport: 'winrm',
    url: `http://127.0.0.1:${port}/wsman`,
    user: 'fake',
    password,
    authentication: 'ntlm',
    toolkit: { kind: 'powershell' },
  };
  return { server, endpoint };
}

async function close(servers: Set<http.Server>, server: http.Server): Promise<void> {
  servers.delete(server);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
