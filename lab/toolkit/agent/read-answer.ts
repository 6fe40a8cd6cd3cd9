import { LabError } from '../../core/error.ts';
import { validate } from '../../core/validate.ts';
import { type Answer, answerFormats } from '../answers.ts';
import type { Verb } from '../questions.ts';
import { readableText } from './readable-text.ts';

/** Longest part of a guest's own words that goes into an error. */
const MOST_MESSAGE_CHARACTERS = 500;

/** An answer that is not what was promised. The guest, or something between, is broken or hostile. */
export const invalidAnswer = (verb: Verb, problem: string, cause?: unknown): LabError =>
  LabError.of('toolkit.answer-invalid', { verb, problem }, cause === undefined ? {} : { cause });

/**
 * Reads one line of JSON: `{"ok": …}` valid against the verb's schema, or `{"error": {"code", "message"}}`, which is thrown as the error it stands
 * for. Throws `toolkit.answer-invalid` for anything else.
 */
export function readAnswer<V extends Verb>(verb: V, bytes: Uint8Array): Answer<V> {
  const line = lineIn(verb, bytes);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw invalidAnswer(verb, 'it is not JSON', cause);
  }
  if (!isPlain(value) || Object.keys(value).length !== 1) throw invalidAnswer(verb, 'it is not an object with either ok or error');
  if (Object.hasOwn(value, 'error')) throw refusalOf(verb, value['error']);
  if (!Object.hasOwn(value, 'ok')) throw invalidAnswer(verb, 'it is not an object with either ok or error');
  try {
    return validate<unknown>(answerFormats[verb], value['ok'], `the answer to ${verb}`) as Answer<V>;
  } catch (cause) {
    throw invalidAnswer(verb, cause instanceof LabError ? cause.message : 'it cannot be validated', cause);
  }
}

function lineIn(verb: Verb, bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw invalidAnswer(verb, 'it is not UTF-8', cause);
  }
  if (text === '') throw invalidAnswer(verb, 'it is empty');
  const end = text.indexOf('\n');
  if (end !== text.length - 1) throw invalidAnswer(verb, end < 0 ? 'its line does not end' : 'it has several lines');
  return text.slice(0, -1);
}

function refusalOf(verb: Verb, error: unknown): LabError {
  if (!isPlain(error) || Object.keys(error).length !== 2) return invalidAnswer(verb, 'its error is not an object with code and message');
  const { code, message } = error;
  // archive-unsafe
  if (typeof code !== 'string' || !/^[a-z-]{1,40}$/.test(code) || typeof message !== 'string')
    return invalidAnswer(verb, 'its error is not an object with code and message');
  const reason = readableText(message, MOST_MESSAGE_CHARACTERS);
  switch (code) {
    case 'start-failed':
      return LabError.of('toolkit.start-failed', { reason });
    case 'archive-unsafe':
    case 'archive-damaged':
      return LabError.of('toolkit.archive-refused', { reason });
    default:
      return LabError.of('toolkit.verb-failed', { verb, code, reason });
  }
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
