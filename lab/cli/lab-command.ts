import type { Command } from 'commander';
import type { CliContext } from './cli-context.ts';

/**
 * A command of the lab: it says which arguments and options it takes, and what it does with them. Its name and description are in the list. `finish` is
 * told the exit code; a command that does not call it ends with 0.
 */
export type LabCommand = (command: Command, context: CliContext, finish: (exitCode: number) => void) => void;

/** A command as the list has it: enough for `lab --help`, so that a command is loaded only when it is asked for. */
export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** What follows the name, as commander derives it from arguments and options; a test compares. */
  readonly usage: string;
  readonly load: () => Promise<LabCommand>;
}
