import { addTest } from '../winrm/test-command.ts';
import type { LabCommand } from '../lab-command.ts';

/** `lab winrm …`: what a person needs to know of a Windows host before the lab can use it. */
export const winrmCommand: LabCommand = (program, context, finish) => {
  addTest(program.command('winrm').description('examine the WinRM service of a host'), context, finish);
};
