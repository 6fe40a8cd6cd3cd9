import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { ExistingHost } from '../../core/existing-host.ts';
import type { Endpoint, GuestLease, GuestSpec } from '../../core/guest.ts';
import { guestName } from '../../core/ids.ts';
import { Masker } from '../../core/secret.ts';
import { systemClock } from '../../host/clock.ts';
import { foldersIn } from '../../host/folders.ts';
import { providerContract } from '../../testing/contracts/provider-contract.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { noWine, projectRoot, realFolders, testCall, wineSpecs } from '../../testing/wine-rig.ts';
import { toolkitFor } from '../../toolkit/index.ts';
import { transports } from '../../transports/index.ts';
import { wineProvider } from '../wine/wine-provider.ts';
import { existingProvider } from './existing-provider.ts';

t.setTimeout(400_000);

const spec = (existing: Partial<ExistingHost>): GuestSpec => ({
  name: guestName('lab-pc'),
  os: 'windows-11',
  build: 26100,
  provider: 'existing',
  existing: { address: 'http://127.0.0.1:1/wsman', user: 'guest', authentication: 'ntlm', sharesThisMachine: false, ...existing },
});

async function providerIn(t: Test, environment: Readonly<Record<string, string>> = {}, hosts: readonly GuestSpec[] = []) {
  const folder = await scratchFolder(t);
  return existingProvider({
    projectRoot: folder,
    environment,
    masker: new Masker(),
    folders: foldersIn({ LAB_CACHE_DIR: `${folder}/cache`, LAB_STATE_DIR: `${folder}/state` }),
    clock: systemClock,
    transport: transports(systemClock),
    toolkitFor,
    hosts,
    watchPace: { everyMs: 50, looks: 2 },
  });
}

/** An embedded guest behind an address that can be taken away: what stands for a host somewhere. */
async function someHost(
  t: Test,
): Promise<{ readonly host: GuestLease; readonly address: string; readonly unplug: () => void; readonly plugIn: () => void }> {
  const wine = wineProvider({ folders: realFolders, projectRoot, clock: systemClock, masker: new Masker() });
  const host = await wine.acquire(wineSpecs.win11, { id: 'existing-test' }, testCall());
  t.teardown(() => host[Symbol.asyncDispose]());
  const behind = new URL((host.endpoint as Extract<Endpoint, { transport: 'winrm' }>).url);
  const sockets = new Set<net.Socket>();
  const front = net.createServer((socket) => {
    const inner = net.connect(Number(behind.port), behind.hostname);
    for (const one of [socket, inner]) {
      sockets.add(one);
      one.once('error', () => {});
      one.once('close', () => {
        sockets.delete(one);
        socket.destroy();
        inner.destroy();
      });
    }
    socket.pipe(inner).pipe(socket);
  });
  const listening = (port: number): Promise<void> => new Promise((resolve) => void front.listen(port, '127.0.0.1', () => resolve()));
  await listening(0);
  const { port } = front.address() as AddressInfo;
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    front.close();
  });
  return {
    host,
    address: `http://127.0.0.1:${port}/wsman`,
    unplug: () => {
      front.close();
      for (const socket of sockets) socket.destroy();
    },
    plugIn: () => {
      if (!front.listening) front.listen(port, '127.0.0.1');
    },
  };
}

async function say(endpoint: Endpoint, line: string): Promise<string> {
  const call = testCall(60_000);
  await using connection = await transports(systemClock).connect(endpoint, call);
  return Buffer.from((await connection.run({ line, shell: 'cmd' }, call)).stdout)
    .toString()
    .trim();
}

const TRACE = 'C:\\windows\\system32\\trace.txt';
const described = (host: GuestLease, address: string, more: Partial<ExistingHost> = {}): GuestSpec => {
  const { toolkit } = host.endpoint;
  return spec({ address, passwordEnv: 'HOST_PASSWORD', ...(toolkit.kind === 'agent' ? { launcher: toolkit.launcher } : {}), ...more });
};
const passwordOf = (host: GuestLease): { readonly HOST_PASSWORD: string } => ({
  HOST_PASSWORD: (host.endpoint as Extract<Endpoint, { transport: 'winrm' }>).password.reveal(),
});

t.test('a host that can be reset keeps what every provider promises', { skip: noWine }, async (t) => {
  const { host, address, unplug, plugIn } = await someHost(t);
  const another = await someHost(t);
  let resets = 0;
  const api = http.createServer((request, response) => {
    if (request.headers.authorization !== 'Bearer token of the API') return void response.writeHead(401).end();
    resets += 1;
    plugIn();
    void say(host.endpoint, `del ${TRACE}`).then(() => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => void api.listen(0, '127.0.0.1', () => resolve()));
  t.teardown(() => void api.close());
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/restore`;
  const wanted = described(host, address, { reset: { url, method: 'POST', tokenEnv: 'API_TOKEN', limitSeconds: 60 } });
  const environment = { ...passwordOf(host), API_TOKEN: 'token of the API', OTHER_PASSWORD: passwordOf(another.host).HOST_PASSWORD };
  const provider = await providerIn(t, environment, [wanted]);
  const keeper = path.join(import.meta.dirname, '../../testing/existing/lease-keeper.ts');
  const state = await scratchFolder(t);
  await providerContract(t, 'existing', {
    provider,
    spec: wanted,
    assurance: 'emulated',
    persistent: true,
    call: () => testCall(60_000),
    kill: async () => unplug(),
    other: described(another.host, another.address, { passwordEnv: 'OTHER_PASSWORD', reset: { command: ['true'], limitSeconds: 60 } }),
    orphan: async () => {
      const child = spawn(process.execPath, ['--no-warnings', keeper, '--spec', JSON.stringify(wanted)], {
        env: { ...process.env, ...environment, LAB_STATE_DIR: state },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = once(child, 'exit');
      const [said] = (await Promise.race([once(child.stdout, 'data'), gone])) as [Buffer | number];
      t.equal(String(said), 'has its turn\n');
      child.kill('SIGKILL');
      await gone;
    },
    remains: async () => [],
    trace: {
      leave: async (endpoint) => void (await say(endpoint, `echo trace> ${TRACE}`)),
      find: async (endpoint) => (await say(endpoint, `if exist ${TRACE} echo found`)) === 'found',
    },
  });
  t.ok(resets >= 5, `${resets} resets`);
  const wrong = await providerIn(t, { ...passwordOf(host), API_TOKEN: 'another' });
  await t.rejects(wrong.acquire(wanted, { id: 'x' }, testCall(30_000)), { code: 'existing.reset-failed', message: /HTTP 401/ });
});

t.test('a host that nothing resets is pristine once, and that is remembered', { skip: noWine }, async (t) => {
  const { host, address } = await someHost(t);
  const wanted = described(host, address);
  const provider = await providerIn(t, passwordOf(host), [wanted]);
  t.match(await provider.doctor(testCall()), [{ state: 'warning', message: /nothing resets it/ }]);
  const first = await provider.acquire(wanted, { id: 'first' }, testCall());
  t.equal(first.pristine, true);
  t.equal(first.assurance, 'emulated', 'it was asked, and is no Windows');
  t.match(first.platform, /Wine/);
  await t.rejects(first.rewind(testCall()), { code: 'existing.cannot-reset', hint: /remove \// });
  await first[Symbol.asyncDispose]();
  const second = await provider.acquire(wanted, { id: 'second' }, testCall());
  t.equal(second.pristine, false);
  await second[Symbol.asyncDispose]();
});

t.test('a reset by a command counts by its exit code', { skip: noWine }, async (t) => {
  const { host, address } = await someHost(t);
  const provider = await providerIn(t, passwordOf(host));
  const lease = await provider.acquire(
    described(host, address, { reset: { command: ['true'], limitSeconds: 30 } }),
    { id: 'x' },
    testCall(),
  );
  t.equal(lease.pristine, true);
  await lease.rewind(testCall());
  await lease[Symbol.asyncDispose]();
  const failing = described(host, address, { reset: { command: ['sh', '-c', 'echo no such snapshot >&2; exit 3'], limitSeconds: 30 } });
  await t.rejects(provider.acquire(failing, { id: 'x' }, testCall()), {
    code: 'existing.reset-failed',
    message: /ended with 3: no such snapshot/,
  });
  const again = await provider.acquire(
    described(host, address, { reset: { command: ['true'], limitSeconds: 30 } }),
    { id: 'x' },
    testCall(),
  );
  await again[Symbol.asyncDispose]();
});

t.test('what is missing in a description is said', async (t) => {
  const provider = await providerIn(t, { PASSWORD: 'a word' });
  const acquire = (existing: Partial<ExistingHost>): Promise<unknown> => provider.acquire(spec(existing), { id: 'x' }, testCall(5000));
  const { existing: _, ...bare } = spec({});
  await t.rejects(provider.acquire(bare, { id: 'x' }, testCall()), { code: 'existing.not-described' });
  await t.rejects(acquire({}), { code: 'existing.no-credential', message: /needs a password/ });
  await t.rejects(acquire({ passwordEnv: 'ABSENT' }), { code: 'existing.no-credential', message: /no ABSENT/ });
  await t.rejects(acquire({ passwordFile: 'absent.txt' }), { code: 'existing.no-credential', message: /absent.txt cannot be read/ });
  await t.rejects(acquire({ address: 'ssh://127.0.0.1:1', passwordEnv: 'PASSWORD' }), {
    code: 'existing.not-described',
    message: /hostKeySha256/,
  });
  await t.rejects(acquire({ passwordEnv: 'PASSWORD' }), { code: 'winrm.unreachable' }, 'a turn is given back');
  await t.rejects(acquire({ passwordEnv: 'PASSWORD' }), { code: 'winrm.unreachable' });
});

t.test('the doctor says what does not answer', async (t) => {
  const provider = await providerIn(t, { PASSWORD: 'a word' }, [spec({ passwordEnv: 'PASSWORD' }), spec({ passwordEnv: 'ABSENT' })]);
  t.match(await provider.doctor(testCall()), [
    { state: 'missing', message: /nothing answers/ },
    { state: 'missing', message: /Nobody can log in/ },
  ]);
  t.match(await (await providerIn(t)).doctor(testCall()), [{ state: 'ok' }]);
});
