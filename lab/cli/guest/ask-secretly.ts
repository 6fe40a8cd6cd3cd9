import { LabError } from '../../core/error.ts';
import type { CliContext } from '../cli-context.ts';

const MOST_CHARACTERS = 4096;
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const BACKSPACES = new Set(['\u0008', '\u007f']);
const ENDS = new Set(['\r', '\n']);

/**
 * Asks the person at the terminal for a word that is not to be seen: nothing of it is echoed, and the question goes to standard error so that it
 * stands in no output. `undefined` when nobody is there. Ctrl-C throws `lab.interrupted`, as it does elsewhere.
 */
export async function askSecretly(question: string, context: CliContext): Promise<string | undefined> {
  if (context.stdin?.kind !== 'terminal') return undefined;
  const terminal = context.stdin.open();
  context.stderr.write(question);
  terminal.setRawMode?.(true);
  terminal.setEncoding('utf8');
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed: string[] = [];
      const interrupt = (): void => reject(context.signal.reason);
      if (context.signal.aborted) interrupt();
      context.signal.addEventListener('abort', interrupt, { once: true });
      terminal.once('end', () => resolve(typed.join('')));
      terminal.once('error', reject);
      terminal.on('data', (text: string) => {
        for (const character of text) {
          // The terminal sends keys as they are while it does not echo, Ctrl-C too.
          if (character === CTRL_C) return reject(LabError.of('lab.interrupted', { signal: 'SIGINT' }));
          if (ENDS.has(character) || character === CTRL_D) return resolve(typed.join(''));
          if (BACKSPACES.has(character)) typed.pop();
          else if (character === CTRL_U) typed = [];
          else if (typed.length < MOST_CHARACTERS) typed.push(character);
        }
      });
    });
  } finally {
    terminal.removeAllListeners('data');
    terminal.setRawMode?.(false);
    terminal.pause();
    context.stderr.write('\n');
  }
}
