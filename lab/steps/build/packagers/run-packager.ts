import path from 'node:path';
import type { Call } from '../../../core/call.ts';
import type { PackagerName } from '../../../core/config.ts';
import { LabError } from '../../../core/error.ts';
import type { LocalPath } from '../../../core/ids.ts';
import { callWithin } from '../../../engine/deadline.ts';
import { systemClock } from '../../../host/clock.ts';
import { type ExecResult, exec } from '../../../host/exec.ts';
import { exists } from '../../../host/files.ts';

/** A packager's program that is to write one file. */
export interface PackagerRun {
  readonly name: PackagerName;
  readonly program: LocalPath;
  readonly args: readonly string[];
  /** It runs here, and knows only names relative to it. */
  readonly folder: LocalPath;
  /** What it is to write there. */
  readonly output: string;
  /** All of its environment beside `PATH` and what temporary files need. */
  readonly env: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

/**
 * Runs a packager's program and gives the path of what it wrote. One that fails, writes nothing or does not come to an end is `build.packager-failed`
 * with what it said; only the end of `call` itself is thrown as it is.
 */
export async function runPackager(run: PackagerRun, call: Call): Promise<LocalPath> {
  const { name, folder } = run;
  const failed = (reason: string, cause?: unknown): LabError => LabError.of('build.packager-failed', { packager: name, reason }, { cause });
  using timed = callWithin(run.limitMs, name, systemClock, call);
  let result: ExecResult;
  try {
    result = await exec(run.program, run.args, timed, { cwd: folder, env: run.env, leanEnv: true });
  } catch (error) {
    call.signal.throwIfAborted();
    throw failed(error instanceof Error ? error.message : String(error), error);
  }
  call.signal.throwIfAborted();
  if (timed.signal.aborted) throw failed(`it did not end within ${Math.round(run.limitMs / 1000)} s`);
  const output = path.join(folder, run.output) as LocalPath;
  if (result.exitCode !== 0 || !(await exists(output))) {
    const said = `${result.stderr}\n${result.stdout}`.trim().slice(0, 500);
    const how = result.exitCode === 0 ? 'it wrote no executable' : `exit code ${result.exitCode ?? result.signal}`;
    throw failed(said === '' ? how : `${how}: ${said}`);
  }
  return output;
}
