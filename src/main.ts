import process from 'node:process';
import { run } from './cli/run.ts';
import { ProgramError } from './core/program-error.ts';
import { exitCodes } from './core/exit-code.ts';

// The process edge: arguments, environment, signals, the only exit code.
const stop = new AbortController();
const interrupt = (signal: NodeJS.Signals): void => {
  // Asked twice: leave at once.
  // oxlint-disable-next-line unicorn/no-process-exit
  if (stop.signal.aborted) process.exit(exitCodes.interrupted);
  stop.abort(new ProgramError('interrupted', `Stopped by ${signal}`));
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) process.on(signal, interrupt);

// A reader that has seen enough (`anivault scan D:\ --json | more`) closes its end: nothing is left to say, and it is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // oxlint-disable-next-line unicorn/no-process-exit
    if (error.code === 'EPIPE' || error.code === 'EOF') process.exit(exitCodes.success);
    throw error;
  });
}

void run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  currentFolder: process.cwd(),
  stdin: () => process.stdin,
  signal: stop.signal,
}).then((exitCode) => {
  process.exitCode = exitCode;
});
