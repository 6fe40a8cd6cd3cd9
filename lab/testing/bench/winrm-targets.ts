import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { type RemotePath, remotePath } from '../../core/ids.ts';
import { bundleGuestTool } from '../../toolkit/agent/bundle-guest-tool.ts';
import type { CopyTarget } from './comparators/copy-way.ts';
import { ownEndpoint } from './winrm-own-endpoint.ts';

/** A target for as long as it is not disposed. */
export interface OpenTarget extends CopyTarget, AsyncDisposable {}

/** Where everything is copied to. */
export const benchFolder: RemotePath = remotePath('C:\\bench');

const GUEST_NODE = 'X:\\node.exe';
export const guestLauncher: string = `${GUEST_NODE} X:\\toolkit.cjs`;

/** An embedded guest with all doors at once. */
export async function guestTarget(release: 'win10' | 'win11', call: Call): Promise<OpenTarget> {
  const { http, https, ssh, pid, [Symbol.asyncDispose]: stop } = await ownEndpoint({ kind: 'guest', release }, guestLauncher, call);
  return { name: release, http, https, ssh, pid, node: GUEST_NODE, native: (file) => file, [Symbol.asyncDispose]: stop };
}

/**
 * The same in front of processes of this machine, where a process costs next to nothing: shows what is the protocol's share and what the guest's.
 */
export async function hostTarget(call: Call): Promise<OpenTarget> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'anivault-bench-endpoint-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const root = path.join(folder, 'guest');
  await mkdir(path.join(root, 'c'), { recursive: true });
  const tool = path.join(folder, 'guest-tool.cjs');
  await bundleGuestTool(tool);
  const node = `'${process.execPath}'`;
  const { http, https, ssh, pid } = stack.use(await ownEndpoint({ kind: 'processes', root }, `${node} '${tool}'`, call));
  // C:\bench\a → ROOT/c/bench/a
  const native = (file: RemotePath): string => path.join(root, file.slice(0, 1).toLowerCase(), ...file.slice(3).split('\\'));
  const kept = stack.move();
  return { name: 'host', http, https, ssh, pid, node, native, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
