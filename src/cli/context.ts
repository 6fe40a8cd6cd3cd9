import type { CliEvent } from '../contract/cli-event.ts';
import type { ExitCode } from '../core/exit-code.ts';
import type { FileLog, LogLevel } from '../log/file-log.ts';
import type { Masker } from '../settings/masker.ts';
import type { Progress } from './progress.ts';
import type { MaybeTerminal } from './style.ts';

/** Standard input, as far as commands use it: a terminal has `isTTY` and can be read without echo. */
export interface InputStream extends NodeJS.ReadableStream {
  readonly isTTY?: boolean | undefined;
  readonly setRawMode?: (raw: boolean) => unknown;
}

/** What the process gives to a command line. */
export interface Surroundings {
  readonly stdout: MaybeTerminal;
  readonly stderr: MaybeTerminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentFolder: string;
  /** Standard input. A function, so that it is only opened by commands that ask. */
  readonly stdin: () => InputStream;
  /** Aborts when the user wants it to stop; its reason is a `ProgramError`. */
  readonly signal: AbortSignal;
}

/** Where the events of a command go: NDJSON lines or text for people. Resolves when it is fit for the next one, so that a slow reader slows the command. */
export type Emit = (event: CliEvent) => Promise<void>;

/** What a command gets to do its work. */
export interface CommandContext extends Surroundings {
  readonly emit: Emit;
  readonly progress: Progress;
  /** The log on the disk, for those who look for a fault. */
  readonly log: Pick<FileLog, 'keeps' | LogLevel>;
  /** What is added to it never gets out, neither by `emit` nor into the log. Every secret that a command learns has to be. */
  readonly masker: Masker;
  /** The user said yes in advance to all that a command would ask. */
  readonly yes: boolean;
}

/** A command: says what happens through `emit` and gives the exit code. Throws `ProgramError` for expected failures. */
export type Command<Options> = (options: Options, context: CommandContext) => Promise<ExitCode>;
