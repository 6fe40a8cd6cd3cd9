import { mkdir } from 'node:fs/promises';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import path from 'node:path';
import type { Test } from 'tap';
import type { PullRoute, ToolkitKind, WinrmAddress } from '../../core/guest.ts';
import type { GuestProcesses } from '../../core/guest-processes.ts';
import { Secret } from '../../core/secret.ts';
import type { Connection } from '../../core/transport.ts';
import { bundleGuestTool } from '../../toolkit/agent/bundle-guest-tool.ts';
import type { RunInGuest } from '../../transports/winrm/run-in-guest.ts';
import { startEndpoint } from '../../winrm/endpoint/endpoint.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { hostProcesses } from './host-processes.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A guest that is a folder of this machine, behind a WinRM endpoint. */
export interface CopyGuest {
  readonly endpoint: WinrmAddress;
  /** What stands for the guest's drives. */
  readonly root: string;
  /** The test's own folder on this side. */
  readonly local: string;
}

/** Starts such a guest for the length of a test. Without `processes` it has the in-guest tool. */
export async function copyGuest(
  t: Test,
  options: {
    readonly processes?: (root: string) => GuestProcesses;
    readonly toolkit?: ToolkitKind;
    readonly pull?: PullRoute;
  } = {},
): Promise<CopyGuest> {
  const folder = await scratchFolder(t);
  const root = path.join(folder, 'guest');
  const local = path.join(folder, 'local');
  await mkdir(path.join(root, 'c'), { recursive: true });
  await mkdir(local);
  const tool = path.join(folder, 'guest-tool.cjs');
  if (options.toolkit === undefined) await bundleGuestTool(tool);
  const password = new Secret('copied');
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'tester', password }],
    processes: options.processes?.(root) ?? hostProcesses({ LAB_GUEST_ROOT: root }),
    identity: { osVersion: '10.0.19045', computerName: 'COPY-RIG' },
    allowUnencrypted: true,
  });
  t.teardown(() => service.close());
  return {
    root,
    local,
    endpoint: {
      transport: 'winrm',
      url: service.url,
      user: 'tester',
      password,
      authentication: 'basic',
      toolkit: options.toolkit ?? { kind: 'agent', launcher: `${quoted(process.execPath)} ${quoted(tool)}` },
      ...(options.pull === undefined ? {} : { pull: options.pull }),
    },
  };
}

/** What receivers run their commands with, over a connection. */
export const runOver =
  (connection: Connection): RunInGuest =>
  ({ line, skipCmdShell, stdin, maxOutputBytes, onOutput }, call) =>
    connection.run(
      {
        line,
        shell: skipCmdShell ? 'none' : 'cmd',
        maxOutputBytes,
        ...(stdin === undefined ? {} : { stdin }),
        ...(onOutput === undefined ? {} : { onOutput: (stream, bytes) => void onOutput({ stream, bytes: Uint8Array.from(bytes) }) }),
      },
      call,
    );

/** A wire that can be cut. */
export interface Wire {
  readonly url: string;
  /** Bytes that went to the service so far. */
  readonly sentBytes: () => number;
  /** Breaks all connections; new ones are taken again. */
  readonly cut: () => void;
}

/** Puts a wire before a service. `onBytes` hears of what goes to the service, before it goes. */
export async function wireTo(t: Test, url: string, onBytes: (sentBytes: number, cut: () => void) => void = () => {}): Promise<Wire> {
  const { port, hostname } = new URL(url);
  const sockets = new Set<Socket>();
  let sentBytes = 0;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (bytes) => {
      sentBytes += bytes.length;
      onBytes(sentBytes, cut);
    });
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    cut();
    server.close();
  });
  const front = new URL(url);
  front.port = String((server.address() as AddressInfo).port);
  return { url: front.href, sentBytes: () => sentBytes, cut };
}
