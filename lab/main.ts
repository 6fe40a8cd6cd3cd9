import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { LabError } from './core/error.ts';
import { foldersIn } from './host/folders.ts';
import { standardInput } from './host/standard-input.ts';

// The process edge: arguments, environment, streams, signals and the exit code, and nothing else.

// Half of the start would be spent on compiling the same sources again.
enableCompileCache(path.join(foldersIn(process.env).cache, 'compiled'));
const { runCli } = await import('./cli/cli.ts');

const stop = new AbortController();
/** What commands want to do about the next Ctrl-C themselves; the latest first. */
const instead: (() => void)[] = [];
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const taken = signal === 'SIGINT' ? instead.pop() : undefined;
    if (taken) return taken();
    // The second one is an order: guests die with this process, so nothing stays behind that `lab clean` would not find.
    if (stop.signal.aborted) process.exit(130);
    stop.abort(LabError.of('lab.interrupted', { signal }));
  });
}
// A reader that has gone away (`lab list | head`) is no reason to fail.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  cwd: process.cwd(),
  stdin: standardInput(),
  signal: stop.signal,
  onInterrupt: (take) => {
    instead.push(take);
    return {
      [Symbol.dispose]: () => {
        const at = instead.indexOf(take);
        if (at >= 0) instead.splice(at, 1);
      },
    };
  },
});
// The system's resolver cannot be told to stop, and would keep the process of somebody who has said so.
if (stop.signal.aborted) setTimeout(() => process.exit(), 1000).unref();
