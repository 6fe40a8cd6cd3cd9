/**
 * Whose fault an expected failure is, which decides the exit code.
 *
 * `usage`: what was asked (exit 2). `product`: the release under test (exit 1). `host`, `guest`, `transport`, `lab`: the lab could not decide
 * (exit 3). `interrupted`: somebody stopped it (exit 130).
 */
export type ErrorKind = (typeof errorKinds)[number];
export const errorKinds = ['usage', 'product', 'host', 'guest', 'transport', 'lab', 'interrupted'] as const;

/** The texts of one expected failure. */
export interface ErrorEntry {
  readonly kind: ErrorKind;
  /** What happened. `{name}` is a blank. */
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
}
