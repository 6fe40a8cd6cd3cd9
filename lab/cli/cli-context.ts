import type { Masker } from '../core/secret.ts';

/** A stream to a person or another program. */
export interface OutputStream {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** A stream from a person or another program. */
export interface InputStream extends NodeJS.ReadableStream {
  /** Terminals only: takes keys as they are and echoes none. */
  readonly setRawMode?: (on: boolean) => unknown;
  readonly destroy?: () => unknown;
}

/** Standard input. Opening it keeps the process alive, so it is opened only by who reads it. */
export interface StandardInput {
  /** `stream`: a pipe or a file. `none`: nothing that can be read. */
  readonly kind: 'terminal' | 'stream' | 'none';
  readonly open: () => InputStream;
}

/** Everything the command line may know of the process it runs in. `main.ts` makes the real one. */
export interface CliContext {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Absent: there is none. */
  readonly stdin?: StandardInput;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts when the person wants to stop; the reason is a `lab.interrupted` error. */
  readonly signal: AbortSignal;
  /** Takes secrets out of what is said about failures. Absent: each command has one of its own. */
  readonly masker?: Masker;
  /** Has the next Ctrl-C do this instead of aborting `signal`, until that happened or it is disposed. Absent where no such thing can be had. */
  readonly onInterrupt?: (instead: () => void) => Disposable;
}

/** Whether colours are wanted: `NO_COLOR` and `FORCE_COLOR` first, then whether somebody is looking. */
export function wantsColour(context: CliContext): boolean {
  if (context.environment['NO_COLOR']) return false;
  const forced = context.environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return context.stdout.isTTY === true && context.environment['TERM'] !== 'dumb';
}
