import { type Command, InvalidArgumentError } from 'commander';
import type { Call } from '../../core/call.ts';
import type { CommandResult, Connection } from '../../core/transport.ts';
import type { CliContext, InputStream } from '../cli-context.ts';
import { addressForms } from './guest-address.ts';
import { type ReachOptions, withReach } from './login-options.ts';
import { asRemotePath } from './remote-place.ts';
import { withConnection } from './with-connection.ts';

interface ExecOptions extends ReachOptions {
  readonly cwd?: string;
  readonly timeout: number;
}

/** Exit code for what did not end in time, as coreutils' `timeout` has it. */
const TIMED_OUT = 124;
const INTERRUPTED = 130;
const MOST_SECONDS = 24 * 3600;

/** `lab guest exec`: a command line in a guest's cmd.exe, as if it ran here. */
export function addExec(guest: Command, context: CliContext, finish: (exitCode: number) => void): void {
  const command = guest
    .command('exec')
    .description("run a command line in a guest's cmd.exe; its exit code becomes ours (255 when it does not fit)")
    .argument('<guest>', addressForms)
    .argument('<command...>', 'after --, the command line')
    .option('--cwd <dir>', 'where to run it')
    .option('--timeout <seconds>', 'end it after so long', seconds, 3600);
  withReach(command).action(async (target: string, words: readonly string[], options: ExecOptions) => {
    const { result, interrupted } = await withConnection(target, options, context, (connection, call) =>
      execute(connection, commandLine(words), options, context, call),
    );
    if (result.ended === 'timed-out') context.stderr.write(`ended after ${options.timeout} s\n`);
    else if (result.exitCode > 255)
      context.stderr.write(`exit code ${result.exitCode} (0x${result.exitCode.toString(16).toUpperCase()})\n`);
    finish(interrupted ? INTERRUPTED : result.ended === 'timed-out' ? TIMED_OUT : Math.min(result.exitCode, 255));
  });
  guest.enablePositionalOptions();
  command.passThroughOptions();
}

/**
 * Runs the line with both outputs live and standard input passed through where it is a pipe or a file. The first Ctrl-C goes to the guest; the
 * second ends everything.
 */
async function execute(
  connection: Connection,
  line: string,
  { cwd, timeout }: ExecOptions,
  context: CliContext,
  call: Call,
): Promise<{ readonly result: CommandResult; readonly interrupted: boolean }> {
  // A character of several bytes may be spread over two pieces.
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const interrupt = new AbortController();
  using _taken = context.onInterrupt?.(() => {
    context.stderr.write('Ctrl-C goes to the guest; once more ends it.\n');
    interrupt.abort();
  });
  const input = context.stdin?.kind === 'stream' ? context.stdin.open() : undefined;
  // A person's keys stay here; whoever else gives no input gives an empty one, and no console that never ends.
  const stdin = input !== undefined ? bytesOf(input) : context.stdin?.kind === 'terminal' ? undefined : new Uint8Array(0);
  try {
    const result = await connection.run(
      {
        line,
        shell: 'cmd',
        timeoutMs: timeout * 1000,
        maxOutputBytes: 0,
        interrupt: interrupt.signal,
        onOutput: (stream, bytes) => context[stream].write(decoders[stream].decode(bytes, { stream: true })),
        ...(stdin === undefined ? {} : { stdin }),
        ...(cwd === undefined ? {} : { cwd: asRemotePath(cwd) }),
      },
      call,
    );
    // A character that was cut off at the end shows as such.
    for (const stream of ['stdout', 'stderr'] as const) context[stream].write(decoders[stream].decode());
    return { result, interrupted: interrupt.signal.aborted };
  } finally {
    // What the command did not read is nobody's, and must not keep this process.
    input?.destroy?.();
  }
}

async function* bytesOf(input: InputStream): AsyncGenerator<Uint8Array> {
  for await (const chunk of input) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

const seconds = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value <= MOST_SECONDS)) throw new InvalidArgumentError(`a number of seconds up to ${MOST_SECONDS} is wanted`);
  return value;
};

/** One word is a whole command line. Of several, those with spaces get quotation marks, as the shell here has taken theirs away. */
function commandLine(words: readonly string[]): string {
  const own = words[0] === '--' ? words.slice(1) : words;
  if (own.length < 2) return own.join('');
  return own.map((word) => (/\s/.test(word) && !word.includes('"') ? `"${word}"` : word)).join(' ');
}
