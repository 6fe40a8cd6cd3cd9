import { count, duration, size } from './quantities.ts';
import type { Progress, ProgressBar, ProgressUnit } from './progress.ts';
import type { Style } from './style.ts';

/** Where a progress line is drawn. */
export interface ProgressTerminal {
  readonly write: (text: string) => void;
  readonly columns: () => number | undefined;
  readonly style: Style;
}

/** A progress line that can be taken away when something else is to be written; it comes back with the next step. */
export interface TerminalProgress extends Progress {
  readonly clear: () => void;
}

/** No flicker for what is done at once. */
const FIRST_AFTER_MS = 200;
const REDRAW_MS = 100;
/** The rate is that of the last few seconds, so that remaining time follows what happens. */
const WINDOW_MS = 5_000;
/** When nothing moves the line still does, so that it does not look dead. */
const IDLE_MS = 1_000;
const BAR_CELLS = 24;
const USUAL_COLUMNS = 80;
// Carriage return, then erase to the end of the line (ECMA-48).
const ERASE = '\r\u001b[K';

interface State {
  readonly what: string;
  readonly unit: ProgressUnit;
  done: number;
  total: number | undefined;
  /** Times and amounts, the oldest first. */
  readonly samples: { readonly atMs: number; readonly done: number }[];
}

/** One line that is drawn over itself, ten times a second at most. The clock is one that never goes back, in milliseconds. */
export function terminalProgress(terminal: ProgressTerminal, now: () => number = () => performance.now()): TerminalProgress {
  let current: State | undefined;
  let visible = false;
  let nextDrawMs = 0;

  const clear = (): void => {
    if (visible) terminal.write(ERASE);
    visible = false;
  };
  const draw = (state: State): void => {
    const atMs = now();
    if (atMs < nextDrawMs || current !== state) return;
    nextDrawMs = atMs + REDRAW_MS;
    state.samples.push({ atMs, done: state.done });
    while (state.samples.length > 2 && (state.samples[1]?.atMs ?? atMs) < atMs - WINDOW_MS) state.samples.shift();
    terminal.write(`${ERASE}${lineOf(state, (terminal.columns() ?? USUAL_COLUMNS) - 1, terminal.style)}`);
    visible = true;
  };

  const start = (what: string, unit: ProgressUnit): ProgressBar => {
    clear();
    const atMs = now();
    const state: State = { what, unit, done: 0, total: undefined, samples: [{ atMs, done: 0 }] };
    current = state;
    nextDrawMs = atMs + FIRST_AFTER_MS;
    const timer = setInterval(() => draw(state), IDLE_MS).unref();
    return {
      expect: (total) => {
        state.total = total;
      },
      advance: (by = 1) => {
        state.done += by;
        draw(state);
      },
      [Symbol.dispose]: () => {
        clearInterval(timer);
        if (current !== state) return;
        current = undefined;
        clear();
      },
    };
  };
  return { start, clear };
}

/** The line in at most `columns` columns: what there is no room for is left out, the bar first. All signs in it are one column wide. */
function lineOf(state: State, columns: number, style: Style): string {
  const { what, unit, done, total } = state;
  const perSecond = rateOf(state);
  const amount = (value: number): string => (unit === 'bytes' ? size(value) : count(value));
  const of = total === undefined ? amount(done) : `${amount(done)} of ${amount(total)}`;
  const rate = perSecond === undefined ? '' : `${amount(perSecond)}/s`;
  const left = total === undefined || !perSecond || done > total ? '' : `${duration(((total - done) / perSecond) * 1000)} left`;
  const share = total === undefined || total <= 0 ? undefined : Math.min(1, done / total);
  const texts = [
    what,
    share === undefined ? '' : `${Math.floor(share * 100)} %`.padStart(5),
    unit === 'bytes' ? of : `${of} ${unit}`,
    rate,
    left,
  ].filter((text) => text !== '');
  const plain = texts.join('  ');
  if (plain.length > columns) return plain.slice(0, Math.max(0, columns));
  if (share === undefined || plain.length + 2 + BAR_CELLS > columns) return plain;
  const full = Math.round(share * BAR_CELLS);
  const bar = style.green('█'.repeat(full)) + style.dim('░'.repeat(BAR_CELLS - full));
  return [what, bar, ...texts.slice(1)].join('  ');
}

function rateOf({ samples }: State): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return undefined;
  return ((last.done - first.done) / (last.atMs - first.atMs)) * 1000;
}
