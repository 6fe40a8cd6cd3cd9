import { inspect } from 'node:util';
import { z } from 'zod';
import { type ErrorCode, type ErrorValues, errorCatalogue, fill } from './error-catalogue.ts';
import { type ErrorKind, errorKinds } from './error-entry.ts';

/** An expected failure as plain data: what happened, where, what to do next. */
export const errorData = z.strictObject({
  code: z.string(),
  kind: z.enum(errorKinds),
  message: z.string(),
  hint: z.string(),
  where: z.string().optional(),
  cause: z.string().optional(),
});
export type ErrorData = z.infer<typeof errorData>;

/**
 * An expected failure. Its text comes from the catalogue, so that each has a message, a hint and a place in the documentation.
 * Anything thrown that is not a `LabError` is a bug.
 */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly hint: string;
  readonly where: string | undefined;
  /** What the blanks of the message and hint were filled with. */
  readonly values: Readonly<Record<string, unknown>>;

  private constructor(code: ErrorCode, values: Readonly<Record<string, unknown>>, more: { where?: string; cause?: unknown }) {
    const entry = errorCatalogue[code];
    super(fill(entry.message, values), more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.kind = entry.kind;
    this.hint = fill(entry.hint, values);
    this.where = more.where;
    this.values = values;
  }

  /** Makes the error `code`; `values` fill the blanks of its message and hint. */
  static of<C extends ErrorCode>(code: C, values: ErrorValues<C>, more: { where?: string; cause?: unknown } = {}): LabError {
    return new LabError(code, values, more);
  }

  toData(): ErrorData {
    const cause = describeCause(this.cause);
    return {
      code: this.code,
      kind: this.kind,
      message: this.message,
      hint: this.hint,
      ...(this.where === undefined ? {} : { where: this.where }),
      ...(cause === undefined ? {} : { cause }),
    };
  }
}

/** Turns anything thrown into data: a `LabError` as it is, anything else as a bug of the lab, with its stack as the cause. */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof LabError) return thrown.toData();
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const bug = LabError.of('lab.bug', { message });
  return { ...bug.toData(), cause: thrown instanceof Error ? (thrown.stack ?? message) : message };
}

function describeCause(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  if (cause instanceof LabError) return `${cause.code}: ${cause.message}`;
  if (cause instanceof Error) return cause.message;
  return typeof cause === 'string' ? cause : inspect(cause);
}
