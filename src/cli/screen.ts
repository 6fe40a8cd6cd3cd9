import { type MaybeTerminal, type Style, makeStyle, noStyle, wantsColour } from './style.ts';

/** What texts for people need to know of the place where they are shown. */
export interface Screen {
  readonly style: Style;
  /** Width of the terminal; `undefined` for files and pipes, where nothing is cut. */
  readonly columns: () => number | undefined;
  /** The user wants to be told more. */
  readonly verbose: boolean;
}

/** A screen that is a file or a pipe. */
export const plainScreen: Screen = { style: noStyle, columns: () => undefined, verbose: false };

/** The screen behind a stream. */
export function screenOf(
  stream: MaybeTerminal,
  environment: Readonly<Record<string, string | undefined>>,
  choices: { readonly color: boolean; readonly verbose: boolean },
): Screen {
  return {
    style: makeStyle(wantsColour(stream, environment, choices.color)),
    columns: () => (stream.isTTY === true && stream.columns ? stream.columns : undefined),
    verbose: choices.verbose,
  };
}
