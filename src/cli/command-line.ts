import { Command as CommandLine } from 'commander';
import type { Command } from './context.ts';

/** Runs a command that the command line chose, with the options that the line gave. Its code is loaded by `load`, not before. */
export type Begin = <Options>(load: () => Promise<Command<Options>>, options: Options, line: CommandLine) => Promise<void>;

/** The definition of one command: name, arguments, options, help with examples, and what to begin. Loads nothing of the command itself. */
export type DefineCommand = (begin: Begin) => CommandLine;

/** A new command, or one below another. The options that all commands have come by themselves: see `global-options.ts`. */
export const newCommand = (name: string): CommandLine => new CommandLine(name);

/** A command and all below it. */
export const withSubcommands = (command: CommandLine): readonly CommandLine[] => [command, ...command.commands.flatMap(withSubcommands)];

/** For the action of a command that has others below it: refuses a word that is none of them, with what was probably meant. */
export function refuseUnknown(line: CommandLine): void {
  // The library says this only of commands without an action of their own.
  if (line.args.length > 0) (line as unknown as { readonly unknownCommand: () => never }).unknownCommand();
}

/** Help text that shows whole lines to type, each with what it does. */
export function examples(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([line]) => line.length));
  return `\nExamples:\n${rows.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`).join('\n')}`;
}
