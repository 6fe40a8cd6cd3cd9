import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openProject } from '../../cli/project.ts';
import { wire } from '../../cli/wiring.ts';
import { type LocalPath, type RemotePath, joinRemote, remotePath } from '../../core/ids.ts';
import type { MeasuredProgram, Toolkit } from '../../core/toolkit.ts';
import { systemClock } from '../../host/clock.ts';
import { foldersIn } from '../../host/folders.ts';
import { windowsNode } from '../../host/windows-node.ts';
import { buildExecutable } from '../../steps/build/build-executable.ts';
import { toolkitFor } from '../../toolkit/index.ts';
import { transports } from '../../transports/index.ts';
import type { BenchContext } from './bench-definition.ts';

/** The product of the working tree in an embedded guest, with the Node it was made of beside it. */
export interface AnivaultGuest extends AsyncDisposable {
  readonly toolkit: Toolkit;
  readonly folder: RemotePath;
  readonly anivault: RemotePath;
  readonly node: RemotePath;
}

/** Stands in the output of `--version`. */
export const BENCH_VERSION = '0.0.1';
const RUN_TIMEOUT_MS = 60_000;

/** Builds the executable, takes one guest, and puts both programs on the same drive of it. */
export async function anivaultGuest({ root, call, say }: BenchContext): Promise<AnivaultGuest> {
  await using stack = new AsyncDisposableStack();
  const folders = foldersIn(process.env);
  const scratch = (await mkdtemp(path.join(os.tmpdir(), 'anivault-bench-'))) as LocalPath;
  stack.defer(() => rm(scratch, { recursive: true, force: true }));
  const silent = { write: () => {} };
  const context = { stdout: silent, stderr: silent, environment: process.env, cwd: root, signal: call.signal };
  const { config } = await openProject({}, context);
  const runtime = await windowsNode({ folders, projectRoot: root, onProgress: ({ what }) => say(what) }, call);
  const built = await buildExecutable(
    { projectRoot: root, product: config.product, version: BENCH_VERSION, commit: 'bench', windowsNode: runtime, outputDirectory: scratch },
    call,
  );
  const [spec] = config.guests.filter(({ provider }) => provider === 'wine');
  if (spec === undefined) throw new Error('the project has no embedded guest');
  const provider = wire(root, context).providerOf({ provider: 'wine' });
  await provider.prepare([spec], ({ what }) => say(what), call);
  const lease = stack.use(await provider.acquire(spec, { id: 'bench' }, call));
  const connection = stack.use(await transports(systemClock).connect(lease.endpoint, call));
  const toolkit = toolkitFor(lease.endpoint.toolkit, connection);
  const folder = remotePath('C:\\bench');
  const [anivault, node] = [joinRemote(folder, built.fileName), joinRemote(folder, 'node.exe')];
  await connection.put(built.path, anivault, call);
  await connection.put(runtime.executable, node, call);
  const kept = stack.move();
  return { toolkit, folder, anivault, node, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** A run of a program in the guest's folder that has to print something. */
export const measured = (
  series: string,
  { folder }: Pick<AnivaultGuest, 'folder'>,
  executable: RemotePath,
  args: readonly string[],
  expectInStdout: string,
): MeasuredProgram => ({
  series,
  program: { executable, args, cwd: folder, environment: 'system-only', timeoutMs: RUN_TIMEOUT_MS },
  expectInStdout,
});

/** Has the guest run programs in turn, so many times over, and gives the milliseconds of each. Throws when one did not do what it should. */
export async function durationsOf(
  toolkit: Toolkit,
  programs: readonly MeasuredProgram[],
  rounds: number,
  call: BenchContext['call'],
): Promise<readonly (readonly number[])[]> {
  const runs = await toolkit.measure(programs, rounds, call);
  const failed = runs.find(({ exitCode, expectedOutput }) => exitCode !== 0 || !expectedOutput);
  if (failed !== undefined) throw new Error(`${failed.series} ended with ${failed.exitCode}: ${failed.lastLine}`);
  return programs.map(({ series }) => runs.filter((run) => run.series === series).map(({ durationMs }) => durationMs));
}
