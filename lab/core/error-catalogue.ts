/**
 * Whose fault an expected failure is, which decides the exit code.
 *
 * `usage`: what was asked (exit 2). `product`: the release under test (exit 1). `host`, `guest`, `transport`, `lab`: the lab could not decide
 * (exit 3). `interrupted`: somebody stopped it (exit 130).
 */
export type ErrorKind = (typeof errorKinds)[number];
export const errorKinds = ['usage', 'product', 'host', 'guest', 'transport', 'lab', 'interrupted'] as const;

interface Entry {
  readonly kind: ErrorKind;
  /** What happened. `{name}` is a blank. */
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
}

/** Every expected failure of the lab. `docs/reference/errors.md` is generated from this list. */
export const errorCatalogue = {
  // the lab itself
  'lab.bug': {
    kind: 'lab',
    message: 'The lab has a bug: {message}',
    hint: 'Report it with the stack in the journal; nothing was decided about the release.',
  },
  'lab.interrupted': { kind: 'interrupted', message: 'Stopped by {signal}', hint: 'Run the command again; what had finished is in the journal.' },
  'lab.deadline': { kind: 'lab', message: '{what} did not finish within {limit}', hint: 'Look at the last events of the journal; raise `timeouts` in lab.config.json if the machine is slow.' },
  // use and configuration
  'usage.unknown-run': { kind: 'usage', message: 'There is no run {run} in {folder}', hint: '`lab list` names the runs.' },
  'usage.nothing-selected': { kind: 'usage', message: 'Nothing is planned: {why}', hint: 'Widen --guest, --check or --provider; `lab plan` shows what a selection gives.' },
  'config.unreadable': { kind: 'usage', message: 'The configuration {file} cannot be read', hint: 'Create it or name another with --config FILE.' },
  'config.invalid': { kind: 'usage', message: 'The configuration {file} has {count}:\n{problems}', hint: 'Mend each line named above; docs/guide/configuration.md explains the keys.' },
  // files that leave a process
  'file.invalid': { kind: 'lab', message: '{file} is not valid {format}: {problems}', hint: 'It was written by another version, or changed since.' },
  'file.disk-full': { kind: 'host', message: 'The disk is full: {path} cannot be written', hint: 'Free some space (`lab clean` removes what old runs left) and run again.' },
  'file.unwritable': { kind: 'host', message: '{path} cannot be written: {reason}', hint: 'Check the folder and its permissions.' },
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof errorCatalogue;

type Blanks<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Blanks<Rest> : never;

/** The values that fill the blanks of an error's message and hint; the compiler knows them from the catalogue. */
export type ErrorValues<C extends ErrorCode> = {
  readonly [Name in Blanks<(typeof errorCatalogue)[C]['message']> | Blanks<(typeof errorCatalogue)[C]['hint']>]: string | number;
};

/** Fills `{name}` blanks. An unknown name stays visible, so that a mistake shows. */
export const fill = (text: string, values: Readonly<Record<string, unknown>>): string =>
  text.replace(/\{(\w+)\}/g, (blank, name: string) => (name in values ? String(values[name]) : blank));
