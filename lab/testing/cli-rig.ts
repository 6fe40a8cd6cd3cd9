import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import type { Test } from 'tap';
import { runCli } from '../cli/cli.ts';
import type { StandardInput } from '../cli/cli-context.ts';
import { projectRoot } from './wine-rig.ts';

/** How one command line ended. */
export interface CliEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command line meets beside its arguments. */
export interface CliSurroundings {
  readonly environment?: Readonly<Record<string, string>>;
  /** A pipe that gives this, or a person at a terminal who types it. */
  readonly stdin?: Readable | { readonly typed: string };
  readonly signal?: AbortSignal;
  /** Gets what the command wants to do about the next Ctrl-C. */
  readonly onInterrupt?: (instead: () => void) => void;
  readonly onOutput?: (stream: 'stdout' | 'stderr', text: string) => void;
  readonly isTty?: boolean;
}

/** A folder for one test's own state, and command lines run in this process with it. */
export function cliRig(t: Pick<Test, 'testdir'>): {
  readonly folder: string;
  readonly state: string;
  readonly lab: (args: readonly string[], around?: CliSurroundings) => Promise<CliEnd>;
} {
  const folder = t.testdir({});
  const state = path.join(folder, 'state');
  return {
    folder,
    state,
    lab: async (args, { environment = {}, stdin, signal, onInterrupt, onOutput, isTty = false } = {}) => {
      const out = { stdout: '', stderr: '' };
      const write =
        (stream: 'stdout' | 'stderr') =>
        (text: string): void => {
          out[stream] += text;
          onOutput?.(stream, text);
        };
      const exitCode = await runCli(args, {
        stdout: { write: write('stdout'), isTTY: isTty },
        stderr: { write: write('stderr'), isTTY: isTty },
        ...(stdin === undefined ? {} : { stdin: 'typed' in stdin ? terminalWith(stdin.typed) : { kind: 'stream', open: () => stdin } }),
        environment: { LAB_CACHE_DIR: path.join(folder, 'cache'), LAB_STATE_DIR: state, NO_COLOR: '1', ...environment },
        cwd: projectRoot,
        signal: signal ?? new AbortController().signal,
        ...(onInterrupt === undefined
          ? {}
          : {
              onInterrupt: (instead) => {
                onInterrupt(instead);
                return { [Symbol.dispose]: () => {} };
              },
            }),
      });
      return { exitCode, ...out };
    },
  };
}

/** A terminal at which these keys are pressed once it does not echo; before that it would show them, so they are not pressed. */
export function terminalWith(typed: string): StandardInput & { readonly modes: readonly boolean[] } {
  const modes: boolean[] = [];
  const stream = Object.assign(new PassThrough(), {
    setRawMode: (on: boolean) => {
      modes.push(on);
      if (on) stream.write(typed);
    },
  });
  return { kind: 'terminal', open: () => stream, modes };
}
