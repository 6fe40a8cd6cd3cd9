import process from 'node:process';
import { ProgramError } from '../core/program-error.ts';
import { exitCodes } from '../core/exit-code.ts';
import { run } from './run.ts';

/** The edge between a command line and its process: environment, streams, signals, the only exit code. */
export async function start(args: readonly string[]): Promise<void> {
  const stop = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    // Asked twice: leave at once.
    // oxlint-disable-next-line unicorn/no-process-exit
    if (stop.signal.aborted) process.exit(exitCodes.interrupted);
    stop.abort(new ProgramError('interrupted', `Stopped by ${signal}`));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) process.on(signal, interrupt);
  // Whoever writes is told of errors as well, and knows what to do.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

  process.exitCode = await run(args, {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    currentFolder: process.cwd(),
    stdin: () => process.stdin,
    signal: stop.signal,
  });
}
