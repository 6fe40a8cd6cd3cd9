import type { Guest } from '../../core/check.ts';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { type RemotePath, joinRemote, remotePath } from '../../core/ids.ts';
import type { ProgramResult } from '../../core/toolkit.ts';
import type { EventRunFacts, ProgramFacts } from './facts.ts';
import { type ProgramEvents, type SummaryType, readProgramEvents } from './program-events.ts';
import { clip, sample } from './sample.ts';

/** A command of the program that takes longer on forty small files hangs; the first start of an unknown file may be held up by a virus scanner. */
const RUN_TIMEOUT_MS = 25_000;
const MOST_OUTPUT_BYTES = 1 << 20;

/** What a program did, or that the guest could not start it: a file that is damaged or for another system is an answer, not an accident. */
export type Ran = Omit<ProgramResult, 'ended'> & { readonly ended: ProgramFacts['ended'] };

/** Runs the programs of one check, all in the same way: what a fresh logon has in its environment, in a folder of the check's own. */
export interface ProgramRunner {
  /** The release's executable. After a run that hung no other is made: each would cost as long, and the answer is known. */
  readonly product: (args: readonly string[], given?: Given) => Promise<Ran>;
  /** All that the executable printed so far, run by run. */
  readonly printed: () => readonly Printed[];
  /** A program that every Windows has. */
  readonly control: () => Promise<Ran>;
}

/** What a program is given beside its arguments. */
export interface Given {
  readonly stdin?: string;
  /** On top of what a fresh logon has. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Printed {
  readonly args: readonly string[];
  readonly text: string;
}

/** What the control program is told to print. */
export const controlText = 'the-guest-runs-programs';

const controlExecutable = remotePath('C:\\Windows\\System32\\cmd.exe');

/** The arguments of the control program. */
export const controlArguments: readonly string[] = ['/d', '/c', `echo ${controlText}`];

const nothing = { exitCode: 0, stdout: '', stderr: '', truncated: false, durationMs: 0 } as const;

/** Runs programs in `cwd`, which must exist. */
export function programRunner(guest: Guest, cwd: RemotePath, call: Call): ProgramRunner {
  const run = async (executable: RemotePath, args: readonly string[], given: Given = {}): Promise<Ran> => {
    const program = {
      executable,
      args,
      cwd,
      environment: 'system-only',
      timeoutMs: RUN_TIMEOUT_MS,
      maxOutputBytes: MOST_OUTPUT_BYTES,
      ...given,
    } as const;
    try {
      return await guest.toolkit.run(program, call);
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'toolkit.start-failed') throw error;
      return { ...nothing, ended: 'not-started', stderr: error.message };
    }
  };
  const executable = joinRemote(guest.installDirectory, guest.bundle.product.executable);
  const printed: Printed[] = [];
  let hung = false;
  return {
    product: async (args, given) => {
      if (hung) return { ...nothing, ended: 'not-run' };
      const result = await run(executable, args, given);
      hung = result.ended === 'timed-out';
      printed.push({ args, text: `${result.stdout}\n${result.stderr}` });
      return result;
    },
    printed: () => printed,
    control: () => run(controlExecutable, controlArguments),
  };
}

export const programFactsOf = (args: readonly string[], result: Ran): ProgramFacts => ({
  args: [...args],
  exitCode: result.exitCode,
  ended: result.ended,
  truncated: result.truncated,
  durationMs: result.durationMs,
  stdoutCharacters: result.stdout.length,
  stderrCharacters: result.stderr.length,
  stderrStart: clip(result.stderr),
});

/** Reads a run that prints events. `disagreements` finds what the events say against one another; it is asked only when all lines were valid. */
export function eventRun(
  args: readonly string[],
  result: Ran,
  summary: SummaryType,
  disagreements: (events: ProgramEvents) => readonly string[],
): { readonly facts: EventRunFacts; readonly events: ProgramEvents } {
  const events = readProgramEvents(result.stdout, summary);
  const problems = events.problems.count > 0 ? events.problems : sample(disagreements(events));
  return { facts: { program: programFactsOf(args, result), lines: events.lines, types: { ...events.types }, problems }, events };
}
