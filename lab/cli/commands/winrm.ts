import { addTest } from '../winrm/test-command.ts';
import type { LabCommand } from '../lab-command.ts';

/** `lab winrm …`: what a person needs to know of a Windows host before the lab can use it. */
export const winrmCommand: LabCommand = (command, context, finish) => {
  addTest(command, context, finish);
};
