import type { Finding } from '../../core/outcome.ts';
import type { EventRunFacts, ProgramFacts } from './facts.ts';
import { none, when } from './findings.ts';

/** Exit codes that the command line's contract allows where everything went as it should. */
export const SUCCESS = [0] as const;
/** Some files stay where they are: partial success. */
export const SCANNED = [0, 10] as const;
/** A plan may find everything in order, something to leave, or files that want the same place. */
export const PLANNED = [0, 6, 10] as const;
/** A file is in the way of a planned move: plan conflict. */
export const CONFLICT = [6] as const;
/** A folder that does not exist is a fatal error. */
export const FATAL = [1] as const;

/** What a run shows by itself, and what was found in what it did. Of a run that was not made there is nothing to say. */
export function judgeRun(program: ProgramFacts, allowed: readonly number[], found: readonly Finding[] = []): readonly Finding[] {
  if (program.ended === 'not-run') return [];
  const line = program.args.map((arg) => (arg.includes(' ') ? `"${arg}"` : arg)).join(' ');
  return [
    ...when(
      program.ended === 'not-started',
      'does-not-start',
      `\`${line}\` could not be started: ${program.stderrStart.slice(0, 200)}`,
      'Look at the executable: is it whole, and for this system?',
    ),
    ...when(
      program.ended === 'timed-out',
      'hangs',
      `\`${line}\` did not end by itself within ${Math.round(program.durationMs / 1000)} s`,
      'Run it in such a guest and see what it waits for.',
    ),
    ...when(
      program.ended === 'exited' && !allowed.includes(program.exitCode),
      'exit-code',
      `\`${line}\` ended with ${program.exitCode}, the contract allows ${allowed.join(', ')}: ${program.stderrStart.trim().slice(0, 160) || 'nothing on standard error'}`,
      'See the exit codes in the contract of the command line.',
    ),
    ...when(
      program.truncated,
      'too-much-output',
      `\`${line}\` printed more than the lab keeps`,
      'Forty small files need no megabyte of output.',
    ),
    ...found,
  ];
}

/** The same of a run that prints events. */
export function judgeEvents(run: EventRunFacts, allowed: readonly number[], found: readonly Finding[]): readonly Finding[] {
  return judgeRun(run.program, allowed, [
    ...none(
      run.problems,
      'output-invalid',
      `\`${run.program.args[0]}\` prints what its contract does not allow`,
      'Every line must be valid against cli-event.v1.json, the last one a summary that agrees with the others.',
    ),
    ...found,
  ]);
}
