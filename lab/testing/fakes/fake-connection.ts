import type { Call } from '../../core/call.ts';
import type { CommandResult, Connection, DirectoryReceipt, FileReceipt, RemoteCommand } from '../../core/transport.ts';

/** What a scripted connection expects next, and what comes of it. An `Error` is thrown. */
export type ExpectedExchange =
  | {
      readonly run: string | RegExp;
      readonly result: CommandAnswer | Error | ((command: RemoteCommand, stdin: Buffer) => CommandAnswer | Promise<CommandAnswer>);
    }
  | { readonly put: string | RegExp; readonly receipt: FileReceipt | Error }
  | { readonly get: string | RegExp; readonly receipt: FileReceipt | Error }
  | { readonly putDirectory: string | RegExp; readonly receipt: DirectoryReceipt | Error }
  | { readonly getDirectory: string | RegExp; readonly receipt: DirectoryReceipt | Error };

const kinds = ['run', 'put', 'get', 'putDirectory', 'getDirectory'] as const;
type Kind = (typeof kinds)[number];

/** A command's result as a test writes it: text for bytes, and what is not said is success without output. */
export interface CommandAnswer extends Partial<Omit<CommandResult, 'stdout' | 'stderr'>> {
  readonly stdout?: string | Uint8Array;
  readonly stderr?: string | Uint8Array;
}

export interface FakeConnection extends Connection {
  /** What is still expected; empty when the script was played to its end. */
  readonly pending: () => readonly string[];
  readonly disposed: () => boolean;
}

/** A strict fake: plays the exchanges in order, and throws with what was expected for anything else. */
export function fakeConnection(script: readonly ExpectedExchange[]): FakeConnection {
  const waiting = [...script];
  let disposed = false;
  const next = <K extends Kind>(kind: K, subject: string, call: Call): Extract<ExpectedExchange, Record<K, unknown>> => {
    call.signal.throwIfAborted();
    const happened = `${kind} ${JSON.stringify(subject)}`;
    if (disposed) throw new Error(`${happened} after the connection was disposed of`);
    const expected = waiting[0];
    if (expected === undefined) throw new Error(`${happened} came and nothing was expected any more`);
    if (!(kind in expected) || !matches(subjectOf(expected), subject))
      throw new Error(`${happened} came and ${describe(expected)} was expected`);
    waiting.shift();
    return expected as Extract<ExpectedExchange, Record<K, unknown>>;
  };
  return {
    run: async (command, call) => {
      const { result } = next('run', command.line, call);
      if (result instanceof Error) throw result;
      const answer = typeof result === 'function' ? await result(command, await bytesOf(command.stdin)) : result;
      const stdout = Buffer.from(answer.stdout ?? '');
      const stderr = Buffer.from(answer.stderr ?? '');
      if (stdout.length > 0) command.onOutput?.('stdout', stdout);
      if (stderr.length > 0) command.onOutput?.('stderr', stderr);
      return { exitCode: 0, truncated: { stdout: false, stderr: false }, ended: 'exited', durationMs: 1, ...answer, stdout, stderr };
    },
    put: async (_local, to, call) => received(next('put', to, call).receipt),
    get: async (from, _to, call) => received(next('get', from, call).receipt),
    putDirectory: async (_local, to, call) => received(next('putDirectory', to, call).receipt),
    getDirectory: async (from, _to, call) => received(next('getDirectory', from, call).receipt),
    pending: () => waiting.map(describe),
    disposed: () => disposed,
    [Symbol.asyncDispose]: async () => {
      disposed = true;
    },
  };
}

const kindOf = (expected: ExpectedExchange): Kind => kinds.find((kind) => kind in expected) ?? 'run';
const subjectOf = (expected: ExpectedExchange): string | RegExp =>
  (expected as unknown as Readonly<Record<Kind, string | RegExp>>)[kindOf(expected)];

const matches = (pattern: string | RegExp, text: string): boolean => (typeof pattern === 'string' ? pattern === text : pattern.test(text));

const describe = (expected: ExpectedExchange): string => `${kindOf(expected)} ${String(subjectOf(expected))}`;

function received<R extends FileReceipt | DirectoryReceipt>(receipt: R | Error): R {
  if (receipt instanceof Error) throw receipt;
  return receipt;
}

async function bytesOf(stdin: RemoteCommand['stdin']): Promise<Buffer> {
  if (stdin === undefined) return Buffer.alloc(0);
  if (stdin instanceof Uint8Array) return Buffer.from(stdin);
  return Buffer.concat(await Array.fromAsync(stdin));
}
