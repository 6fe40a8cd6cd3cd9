import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openProject } from '../../cli/project.ts';
import { wire } from '../../cli/wiring.ts';
import type { Endpoint, SshAddress, WinrmAddress } from '../../core/guest.ts';
import { type RemotePath, remotePath } from '../../core/ids.ts';
import { Secret } from '../../core/secret.ts';
import { bundleGuestTool } from '../../toolkit/agent/bundle-guest-tool.ts';
import type { BenchContext } from './bench-definition.ts';
import type { CopyTarget } from './comparators/copy-way.ts';
import { hostEndpointAnswer } from './winrm-host-frames.ts';

/** Targets for as long as they are not disposed. */
export interface CopyTargets extends AsyncDisposable {
  readonly targets: readonly CopyTarget[];
}

/** Where everything is copied to. */
export const benchFolder: RemotePath = remotePath('C:\\bench');

const HOST_USER = 'bench';
const PASSWORD_BYTES = 18;

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
    targets.push({ name: spec.name, ...doorsOf(endpoint), node: 'X:\\node.exe', native: (file) => file });
  }
  const kept = stack.move();
  return { targets, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/**
 * An endpoint in front of processes of this machine, where a process costs next to nothing: shows what is the protocol's share and what the
 * guest's. The endpoint has a process of its own.
 */
export async function hostTarget({ call }: BenchContext): Promise<CopyTargets> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'anivault-bench-endpoint-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const guestRoot = path.join(folder, 'guest');
  await mkdir(path.join(guestRoot, 'c'), { recursive: true });
  const tool = path.join(folder, 'guest-tool.cjs');
  await bundleGuestTool(tool);
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const endpoint = fork(path.join(import.meta.dirname, 'winrm-host-endpoint.ts'), { execArgv: ['--no-warnings', ...process.execArgv] });
  stack.defer(
    () =>
      new Promise<void>((resolve) => {
        if (endpoint.exitCode !== null || endpoint.signalCode !== null) return resolve();
        endpoint.once('exit', () => resolve());
        endpoint.kill();
      }),
  );
  const answer = await new Promise<unknown>((resolve, reject) => {
    endpoint.once('message', resolve);
    endpoint.once('error', reject);
    endpoint.once('exit', (code) => reject(new Error(`the endpoint's process ended with ${code}`)));
    call.signal.addEventListener('abort', () => reject(call.signal.reason), { once: true });
    endpoint.send({ user: HOST_USER, password, guestRoot });
  });
  const http: WinrmAddress = {
    transport: 'winrm',
    url: hostEndpointAnswer.parse(answer).http,
    user: HOST_USER,
    password: new Secret(password),
    authentication: 'ntlm',
    toolkit: { kind: 'agent', launcher: `'${process.execPath}' '${tool}'` },
  };
  // C:\bench\a → ROOT/c/bench/a
  const native = (file: RemotePath): string => path.join(guestRoot, file.slice(0, 1).toLowerCase(), ...file.slice(3).split('\\'));
  const kept = stack.move();
  return {
    targets: [{ name: 'host', ...doorsOf(http), node: `'${process.execPath}'`, native }],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function doorsOf(endpoint: Endpoint): Pick<CopyTarget, 'http' | 'https' | 'ssh'> {
  if (endpoint.transport !== 'winrm') throw new Error('an embedded guest is reached over WinRM');
  const none: WinrmAddress | SshAddress | string = 'the target offers none';
  return { http: endpoint, https: none, ssh: none };
}
