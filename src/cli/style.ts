import { styleText } from 'node:util';

type Environment = Readonly<Record<string, string | undefined>>;
type Paint = (text: string) => string;

/** What text may look like on a terminal. Each gives the text back as it is where there are no colours. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

const paint = (format: Parameters<typeof styleText>[0]): Paint => {
  // Whether to is decided once, for the stream that the text goes to, and not by Node for standard output.
  return (text) => (text === '' ? '' : styleText(format, text, { validateStream: false }));
};
const plain: Paint = (text) => text;

/** A style without any, for files and pipes. */
export const noStyle: Style = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };
const colours: Style = {
  bold: paint('bold'),
  dim: paint('dim'),
  red: paint('red'),
  green: paint('green'),
  yellow: paint('yellow'),
  cyan: paint('cyan'),
};

export const makeStyle = (coloured: boolean): Style => (coloured ? colours : noStyle);

/** A stream as far as it may be a terminal. */
export type MaybeTerminal = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/**
 * Whether text for a stream may have colours. What is nearest to the user goes first: `--no-color`, then `FORCE_COLOR` (`0` and `false` say no), then
 * `NO_COLOR` (any text says no, see no-color.org), then whether it is a terminal that knows colours.
 */
export function wantsColour(stream: MaybeTerminal, environment: Environment, allowed: boolean): boolean {
  if (!allowed) return false;
  const { FORCE_COLOR: force, NO_COLOR: none, TERM: terminal } = environment;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return !none && stream.isTTY === true && terminal !== 'dumb';
}
