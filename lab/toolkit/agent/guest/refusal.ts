/**
 * Why the tool did not do what it was asked.
 *
 * `bad-request`: the question itself. `unsafe-path`: a path that leads out. `exists`, `not-found`: what stood or did not stand there.
 * `damaged`: bytes that are not what was promised. `unreachable`: an address that cannot be fetched from.
 * `archive-unsafe`: an entry that would do harm. `archive-damaged`: bytes that are no sound zip. `start-failed`: the guest could not start a program.
 * `unkillable`: a program outlived its end. `too-large`: an answer or an amount over the bound. `io`: anything else the system said.
 * `bug`: the tool's own fault.
 */
export type RefusalCode =
  | 'bad-request'
  | 'unsafe-path'
  | 'exists'
  | 'not-found'
  | 'damaged'
  | 'unreachable'
  | 'archive-unsafe'
  | 'archive-damaged'
  | 'start-failed'
  | 'unkillable'
  | 'too-large'
  | 'io'
  | 'bug';

/** An expected failure inside the guest. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What the system's error code is, if it is one: `ENOENT`. */
export const errnoOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
};

/** Turns anything thrown into a refusal. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const errno = errnoOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (errno === undefined || errno.startsWith('ERR_'))
    return new Refusal('bug', error instanceof Error ? (error.stack ?? message) : message);
  if (errno === 'EEXIST') return new Refusal('exists', message);
  if (errno === 'ENOENT' || errno === 'ENOTDIR') return new Refusal('not-found', message);
  return new Refusal('io', message);
}
