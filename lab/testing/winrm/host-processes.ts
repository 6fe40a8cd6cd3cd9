import { spawn } from 'node:child_process';
import { type GuestProcess, type GuestProcesses, StartFailure } from '../../core/guest-processes.ts';

/** Exit code of a process that was killed, as the seam has it. */
const KILLED = 0xc000013a;

/**
 * Runs an endpoint's commands in this machine's shell, for tests of the protocol without a guest. A process that wants an exit code wider than
 * eight bits writes it in decimal to file descriptor 3. `running` leaves out the lines that `isCounted` does not want.
 */
export function hostProcesses(
  environment: Readonly<Record<string, string>> = {},
  isCounted: (line: string) => boolean = () => true,
): GuestProcesses & { readonly running: () => number } {
  let running = 0;
  return {
    running: () => running,
    start: (command) =>
      new Promise<GuestProcess>((resolve, reject) => {
        const child = spawn('/bin/sh', ['-c', command.shell === 'none' ? `exec ${command.line}` : command.line], {
          cwd: command.cwd ?? process.cwd(),
          env: { ...process.env, ...environment, ...command.env },
          stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
          // A group of its own, so that what the shell started is killed with it.
          detached: true,
        });
        const [stdin, stdout, stderr, code] = [child.stdin, child.stdout, child.stderr, child.stdio[3]];
        child.once('error', (error: NodeJS.ErrnoException) =>
          reject(new StartFailure(error.code === 'ENOENT' ? 2 : 5, 'The system cannot find the file specified. ')),
        );
        let wide = '';
        code?.on('data', (bytes: Buffer) => void (wide += bytes.toString()));
        stdin.on('error', () => {});
        const exited = new Promise<number>((settle) => {
          child.once('close', (exitCode) => {
            if (isCounted(command.line)) running--;
            settle(wide === '' ? (exitCode ?? KILLED) : Number(wide) >>> 0);
          });
        });
        child.once('spawn', () => {
          if (isCounted(command.line)) running++;
          resolve({
            output: merge(stdout, stderr),
            exited,
            write: (bytes) => new Promise((done, fail) => stdin.write(bytes, (error) => (error ? fail(error) : done()))),
            end: () => new Promise((done) => stdin.end(done)),
            kill: () => {
              try {
                process.kill(-(child.pid ?? Number.NaN), 'SIGKILL');
              } catch {
                // It has ended.
              }
            },
          });
        });
      }),
  };
}

type Chunk = { readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array };

/**
 * Both streams as they come. Reads one chunk of each ahead, so what is not consumed stays in the pipes. Reading begins at once: Node throws away
 * what nobody has begun to read when a process exits.
 */
function merge(stdout: AsyncIterable<Buffer>, stderr: AsyncIterable<Buffer>): AsyncGenerator<Chunk> {
  const read = (stream: Chunk['stream'], iterator: AsyncIterator<Buffer>) =>
    iterator.next().then((result) => ({ stream, iterator, result }));
  const pending = new Map([
    ['stdout', read('stdout', stdout[Symbol.asyncIterator]())],
    ['stderr', read('stderr', stderr[Symbol.asyncIterator]())],
  ]);
  return (async function* chunks(): AsyncGenerator<Chunk> {
    while (pending.size > 0) {
      const { stream, iterator, result } = await Promise.race(pending.values());
      if (result.done) pending.delete(stream);
      else {
        pending.set(stream, read(stream, iterator));
        yield { stream, bytes: result.value };
      }
    }
  })();
}
