import { ProgramError } from '../core/program-error.ts';
import type { CommandContext, InputStream } from './context.ts';

type Asking = Pick<CommandContext, 'stdin' | 'stderr' | 'signal'>;

/** Longest answer that is read. */
const MOST_ANSWER = 65_536;

/**
 * Asks a person on the terminal for a yes or a no; anything but a yes is a no. Says yes by itself when the user did so in advance (`--yes`). Throws a
 * `ProgramError` `confirmation-needed` when nobody is there to ask.
 */
export async function confirm(question: string, context: Asking & Pick<CommandContext, 'yes'>): Promise<boolean> {
  if (context.yes) return true;
  const input = context.stdin();
  if (input.isTTY !== true) throw new ProgramError('confirmation-needed', `${question} Nobody is there to answer`);
  context.stderr.write(`${question} [y/N] `);
  const answer = await lineFrom(input, context.signal);
  // y · Yes
  return /^y(?:es)?$/i.test(answer.trim());
}

/**
 * Reads a secret: on a terminal it is asked for and not shown while it is typed or pasted, else all of standard input is it. Gives it without the white space
 * around it. Throws the signal's reason when the user presses Ctrl-C.
 */
export async function readSecret(prompt: string, { stdin, stderr, signal }: Asking): Promise<string> {
  const input = stdin();
  const { isTTY, setRawMode } = input;
  if (isTTY !== true || setRawMode === undefined) return (await allOf(input, signal)).replace(/^\uFEFF/, '').trim();
  stderr.write(prompt);
  setRawMode.call(input, true);
  try {
    return (await lineFrom(input, signal)).trim();
  } finally {
    setRawMode.call(input, false);
    stderr.write('\n');
  }
}

async function allOf(input: InputStream, signal: AbortSignal): Promise<string> {
  let text = '';
  const stop = (): void => {
    (input as { destroy?: () => void }).destroy?.();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const piece of input) {
      text += String(piece);
      if (text.length > MOST_ANSWER) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
  return text;
}

// ESC [ 200 ~ (a terminal says that a paste begins) · ESC O A (arrow up)
const KEY_SEQUENCE = /\u001B(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)/gu;

/** One line as it is typed: in raw mode the terminal leaves it to the program to take letters back and to stop at Ctrl-C. */
async function lineFrom(input: InputStream, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let line = '';
  const take = (piece: Buffer | string): void => {
    for (const character of String(piece).replace(KEY_SEQUENCE, '')) {
      switch (character) {
        case '\r':
        case '\n':
        case '\u0004':
          return resolve(line);
        case '\u0003':
          return reject(new ProgramError('interrupted', 'Stopped by Ctrl-C'));
        case '\b':
        case '\u007F':
          line = Array.from(line).slice(0, -1).join('');
          break;
        default:
          line += character;
      }
      if (line.length > MOST_ANSWER) return resolve(line);
    }
  };
  const end = (): void => resolve(line);
  const stop = (): void => reject(signal.reason as Error);
  input.on('data', take).on('end', end).on('error', reject);
  signal.addEventListener('abort', stop, { once: true });
  input.resume();
  try {
    return await promise;
  } finally {
    // A terminal that is still read would keep the program from ending.
    input.pause();
    input.off('data', take).off('end', end).off('error', reject);
    signal.removeEventListener('abort', stop);
  }
}
