import type { ToolProgram } from '../tool-program.ts';

/** The in-guest tool, started by `launcher`: a Node and the tool's file. */
export const agentProgram = (launcher: string, verb: 'serve' | 'request' = 'serve'): ToolProgram => ({
  name: launcher,
  line: `${launcher} ${verb}`,
  // A cmd.exe in between would cost as much as the tool itself.
  shell: 'none',
  // What Node ends with when there is no such script, and a shell when there is no such command.
  missingCodes: new Set([1, 9009]),
});
