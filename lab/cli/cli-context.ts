/** A stream to a person or another program. */
export interface OutputStream {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Everything the command line may know of the process it runs in. `main.ts` makes the real one. */
export interface CliContext {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts when the person wants to stop; the reason is a `lab.interrupted` error. */
  readonly signal: AbortSignal;
}

/** Whether colours are wanted: `NO_COLOR` and `FORCE_COLOR` first, then whether somebody is looking. */
export function wantsColour(context: CliContext): boolean {
  if (context.environment['NO_COLOR']) return false;
  const forced = context.environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return context.stdout.isTTY === true && context.environment['TERM'] !== 'dumb';
}
