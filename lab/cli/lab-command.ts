import type { Command } from 'commander';
import type { CliContext } from './cli-context.ts';

/** A command of the lab: it adds itself to the program. `finish` is told the exit code; a command that does not call it ends with 0. */
export type LabCommand = (program: Command, context: CliContext, finish: (exitCode: number) => void) => void;
