import { stripVTControlCharacters, styleText } from 'node:util';
import { type ErrorData, LabError, toErrorData } from '../core/error.ts';
import type { ErrorKind } from '../core/error-entry.ts';
import { type CliContext, wantsColour } from './cli-context.ts';

const exitCodes: Readonly<Record<ErrorKind, number>> = { product: 1, usage: 2, host: 3, guest: 3, transport: 3, lab: 3, interrupted: 130 };

/** What happened · where · what to do next. Bugs come with their stack. */
export function errorText(error: ErrorData, colour: boolean): string {
  const paint = (format: 'red' | 'bold' | 'dim', text: string): string =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  const lines = [`${paint('red', 'error')} ${paint('bold', error.message)}`];
  if (error.where) lines.push(`  where: ${error.where}`);
  lines.push(`  next:  ${error.hint}`);
  if (error.cause) lines.push(paint('dim', `  cause: ${error.cause}`));
  lines.push(paint('dim', `  code:  ${error.code} (docs/reference/errors.md)`));
  return `${lines.join('\n')}\n`;
}

function masked(error: ErrorData, { masker }: CliContext): ErrorData {
  if (masker === undefined) return error;
  const { code, kind, message, hint, where, cause } = error;
  const mask = (text: string): string => masker.mask(text);
  return {
    code,
    kind,
    message: mask(message),
    hint: mask(hint),
    ...(where === undefined ? {} : { where: mask(where) }),
    ...(cause === undefined ? {} : { cause: mask(cause) }),
  };
}

/** Shows anything thrown on standard error and gives the exit code that says whose fault it is. */
export function showError(thrown: unknown, context: CliContext): number {
  const error = masked(toErrorData(thrown), context);
  const colour = wantsColour(context) && context.stderr.isTTY === true;
  // Error texts may quote a guest.
  const clean = (text: string): string => stripVTControlCharacters(text);
  const safe: ErrorData = { ...error, message: clean(error.message), ...(error.cause ? { cause: clean(error.cause) } : {}) };
  if (thrown instanceof LabError && thrown.kind === 'interrupted') context.stderr.write(`${safe.message}\n`);
  else context.stderr.write(errorText(safe, colour));
  return exitCodes[error.kind];
}
