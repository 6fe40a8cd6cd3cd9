import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openProject } from '../../cli/project.ts';
import { wire } from '../../cli/wiring.ts';
import type { Endpoint } from '../../core/guest.ts';
import { type RemotePath, remotePath } from '../../core/ids.ts';
import { bundleGuestTool } from '../../toolkit/agent/bundle-guest-tool.ts';
import type { BenchContext } from './bench-definition.ts';
import type { CopyTarget } from './comparators/copy-way.ts';
import { ownEndpoint } from './winrm-own-endpoint.ts';

/** Targets for as long as they are not disposed. */
export interface CopyTargets extends AsyncDisposable {
  readonly targets: readonly CopyTarget[];
}

/** Where everything is copied to. */
export const benchFolder: RemotePath = remotePath('C:\\bench');

const GUEST_NODE = 'X:\\node.exe';
export const guestLauncher: string = `${GUEST_NODE} X:\\toolkit.cjs`;

/** So many embedded guests, made in the usual way. */
export async function guestTargets({ root, call, say }: BenchContext, count: number): Promise<CopyTargets> {
  const silent = { write: () => {} };
  const context = { stdout: silent, stderr: silent, environment: process.env, cwd: root, signal: call.signal };
  const { config } = await openProject({}, context);
  const specs = config.guests.filter((spec) => spec.provider === 'wine').slice(0, count);
  if (specs.length < count) throw new Error(`the configuration has fewer than ${count} embedded guests`);
  const provider = wire(root, context).providerOf({ provider: 'wine' });
  await provider.prepare(specs, ({ what }) => say(what), call);
  await using stack = new AsyncDisposableStack();
  const targets: CopyTarget[] = [];
  for (const spec of specs) {
    const { endpoint } = stack.use(await provider.acquire(spec, { id: 'bench-winrm' }, call));
    targets.push({ name: spec.name, ...doorsOf(endpoint), node: GUEST_NODE, native: (file) => file });
  }
  const kept = stack.move();
  return { targets, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** An embedded guest behind an endpoint of the bench's, which serves HTTPS too. */
export async function httpsGuestTarget({ call }: BenchContext): Promise<CopyTargets> {
  const endpoint = await ownEndpoint({ kind: 'guest' }, { kind: 'agent', launcher: guestLauncher }, call);
  const { http, https } = endpoint;
  return {
    targets: [{ name: 'https', http, https, ssh: 'it has no SSH server', node: GUEST_NODE, native: (file) => file }],
    [Symbol.asyncDispose]: () => endpoint[Symbol.asyncDispose](),
  };
}

/**
 * An endpoint in front of processes of this machine, where a process costs next to nothing: shows what is the protocol's share and what the
 * guest's.
 */
export async function hostTarget({ call }: BenchContext): Promise<CopyTargets> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'anivault-bench-endpoint-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const root = path.join(folder, 'guest');
  await mkdir(path.join(root, 'c'), { recursive: true });
  const tool = path.join(folder, 'guest-tool.cjs');
  await bundleGuestTool(tool);
  const node = `'${process.execPath}'`;
  const { http, https } = stack.use(await ownEndpoint({ kind: 'processes', root }, { kind: 'agent', launcher: `${node} '${tool}'` }, call));
  // C:\bench\a → ROOT/c/bench/a
  const native = (file: RemotePath): string => path.join(root, file.slice(0, 1).toLowerCase(), ...file.slice(3).split('\\'));
  const kept = stack.move();
  return {
    targets: [
      { name: 'host', http: { ...http, pull: { listen: { host: '127.0.0.1' } } }, https, ssh: 'it has no SSH server', node, native },
    ],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function doorsOf(endpoint: Endpoint): Pick<CopyTarget, 'http' | 'https' | 'ssh'> {
  if (endpoint.transport !== 'winrm') throw new Error('an embedded guest is reached over WinRM');
  return { http: endpoint, https: 'embedded guests serve HTTP only', ssh: 'embedded guests have no SSH server' };
}
