import { spawn } from 'node:child_process';
import { copyFile, cp, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { LocalPath, RemotePath } from '../core/ids.ts';
import type { CommandResult, Connection, DirectoryReceipt, FileReceipt, RemoteCommand } from '../core/transport.ts';
import type { Call } from '../core/call.ts';
import { sha256OfFile } from '../host/hash.ts';
import { packDirectory } from '../transports/archive/pack-directory.ts';

const DEFAULT_OUTPUT_BYTES = 8 << 20;

/** Where a guest path lies on the host: `C:\a\b` is `<root>/c/a/b`, as the in-guest tool has it off Windows. */
export const hostPathOf = (root: string, guestPath: string): string =>
  path.join(root, guestPath.slice(0, 1).toLowerCase(), ...guestPath.slice(3).split('\\'));

/**
 * A connection to no guest at all: commands run in this machine's shell, and the folder `root` stands for the guest's drives. For trying what runs
 * inside guests without one. Commands are ended with the call and when the connection is disposed of.
 */
export function localConnection(root: string): Connection {
  const disposal = new AbortController();
  const copy = async (from: string, to: string, shown: string): Promise<FileReceipt> => {
    const started = performance.now();
    await mkdir(path.dirname(to), { recursive: true });
    await copyFile(from, to);
    return {
      path: shown,
      sizeBytes: (await stat(to)).size,
      sha256: await sha256OfFile(to),
      durationMs: performance.now() - started,
      way: 'local',
    };
  };
  const copyFolder = async (from: string, to: string, shown: string, call: Call): Promise<DirectoryReceipt> => {
    const started = performance.now();
    await cp(from, to, { recursive: true, errorOnExist: true, force: false });
    await using packed = await packDirectory(to as LocalPath, call);
    const { files, unpackedBytes, treeSha256 } = packed;
    return { path: shown, files, sizeBytes: unpackedBytes, treeSha256, durationMs: performance.now() - started, way: 'local' };
  };
  return {
    run: (command, call) => runLocally(command, root, AbortSignal.any([call.signal, disposal.signal])),
    put: (local, to) => copy(local, hostPathOf(root, to), to),
    get: (from: RemotePath, to) => copy(hostPathOf(root, from), to, from),
    putDirectory: (local, to, call) => copyFolder(local, hostPathOf(root, to), to, call),
    getDirectory: (from, to, call) => copyFolder(hostPathOf(root, from), to, to, call),
    [Symbol.asyncDispose]: async () => disposal.abort(new Error('the local connection was disposed of')),
  };
}

async function runLocally(command: RemoteCommand, root: string, signal: AbortSignal): Promise<CommandResult> {
  signal.throwIfAborted();
  const started = performance.now();
  const child = spawn('/bin/sh', ['-c', `exec ${command.line}`], {
    cwd: command.cwd === undefined ? root : hostPathOf(root, command.cwd),
    env: { ...process.env, ...command.env, LAB_GUEST_ROOT: root },
  });
  const most = command.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES;
  const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const left = { stdout: most, stderr: most };
  const truncated = { stdout: false, stderr: false };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (bytes: Buffer) => {
      command.onOutput?.(stream, bytes);
      if (bytes.length > left[stream]) truncated[stream] = true;
      const part = bytes.subarray(0, left[stream]);
      kept[stream].push(part);
      left[stream] -= part.length;
    });
  }
  let ended: CommandResult['ended'] = 'exited';
  const kill = (): void => void child.kill('SIGTERM');
  const timer = setTimeout(
    () => {
      ended = 'timed-out';
      kill();
    },
    command.timeoutMs ?? 2 ** 31 - 1,
  );
  signal.addEventListener('abort', kill);
  child.stdin.on('error', () => {});
  void feed(child.stdin, command.stdin);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal.throwIfAborted();
    return {
      exitCode: code ?? 0xc000_013a,
      stdout: Buffer.concat(kept.stdout),
      stderr: Buffer.concat(kept.stderr),
      truncated,
      ended,
      durationMs: performance.now() - started,
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  }
}

async function feed(stdin: NodeJS.WritableStream, input: RemoteCommand['stdin']): Promise<void> {
  if (input !== undefined && !(input instanceof Uint8Array)) {
    for await (const bytes of input) if (!stdin.write(bytes)) await new Promise((resolve) => stdin.once('drain', resolve));
    stdin.end();
  } else {
    stdin.end(input ?? Buffer.alloc(0));
  }
}
