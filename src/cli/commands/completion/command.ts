import { buildInfo } from '../../../core/build-info.ts';
import { exitCodes } from '../../../core/exit-code.ts';
import type { Command } from '../../context.ts';
import { makeProgram } from '../../program.ts';
import { bashScript } from './bash-script.ts';
import { type Completable, completable } from './completable.ts';
import { fishScript } from './fish-script.ts';
import { powershellScript } from './powershell-script.ts';
import type { Shell } from './shells.ts';
import { zshScript } from './zsh-script.ts';

const scripts: Readonly<Record<Shell, (program: Completable) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
};

/** The completion script for a shell, made of the definitions that the program itself reads lines by. */
export const scriptFor = (shell: Shell): string =>
  scripts[shell](completable(makeProgram(() => Promise.reject(new Error('completions run nothing')))));

/** `completion SHELL`: prints a script. */
export const completion: Command<{ readonly shell: Shell }> = async ({ shell }, { emit }) => {
  await emit({ type: 'started', schema: 'cli-event.v1', command: 'completion', version: buildInfo.version });
  await emit({ type: 'completion-script', shell, script: scriptFor(shell) });
  return exitCodes.success;
};
