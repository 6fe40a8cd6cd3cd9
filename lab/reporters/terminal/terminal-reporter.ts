import type { Clock } from '../../core/clock.ts';
import type { JournalLine, LabEvent } from '../../core/event.ts';
import type { Reporter } from '../../core/reporter.ts';
import type { TextSink } from '../text-sink.ts';
import { plainLine } from '../wording/plain-text.ts';
import { happenings, NAME_COLUMNS } from './happening.ts';
import { liveLines } from './live-lines.ts';
import { type LiveRegion, liveRegion } from './live-region.ts';
import { paintWith } from './paint.ts';
import { type Running, advance, nothingRunning } from './running.ts';
import { summaryText } from './summary.ts';

export interface TerminalOptions {
  readonly stream: TextSink;
  /** Whether `stream` is a terminal whose last lines can be drawn over. Else only complete lines are written and no cursor code. */
  readonly isTty: boolean;
  /** Width where the stream does not tell its own. */
  readonly columns: number;
  /** Whether to colour; the caller has looked at the stream, at NO_COLOR and at FORCE_COLOR. */
  readonly colour: boolean;
  readonly clock: Clock;
  /** Shown at the end: where the report lies. */
  readonly reportPath?: string;
  /** Shown at the end: what to do next. */
  readonly nextStep?: string;
}

const REDRAW_EVERY_MS = 100;
/** Without a terminal a step that goes on tells so this often. */
const PROGRESS_EVERY_MS = 10_000;

/**
 * Shows a run to somebody at a terminal, and to a log file. On a terminal the last lines tell what each step and guest is doing, and finished
 * things stand above as complete lines; elsewhere there are complete lines only. `finish` prints the summary.
 *
 * The redraw loop begins with the first line and ends with `finish`, `close`, or the first write that throws.
 */
export function terminalReporter(options: TerminalOptions): Reporter {
  const { stream, clock } = options;
  const paint = paintWith(options.colour);
  const size = (): { columns: number; rows: number } => ({
    columns: Math.max(20, stream.columns ?? options.columns),
    rows: stream.rows ?? 24,
  });
  const region: LiveRegion | undefined = options.isTty ? liveRegion(stream, size) : undefined;
  let running: Running = nothingRunning;
  let stopTicking: AbortController | undefined;

  const print = (text: string): void => (region ? region.above(text) : void stream.write(`${text}\n`));
  const draw = (): void => region?.draw(liveLines(running, clock.monotonicMs(), size().columns - 1, paint));
  const tick = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      await clock.sleep(REDRAW_EVERY_MS, signal);
      draw();
    }
  };
  const startTicking = (): void => {
    if (!region || stopTicking) return;
    stopTicking = new AbortController();
    // Ends by the abort, or by a stream that throws: then the next line throws too, where the lab can tell of it.
    tick(stopTicking.signal).catch(() => {});
  };
  const stop = (): void => {
    stopTicking?.abort();
    region?.end();
  };
  const progress = plainProgress();

  return {
    name: 'terminal',
    on: (line) => {
      const { event } = line;
      running = advance(running, event, clock.monotonicMs());
      const lines = happenings(event, paint)
        .filter((happening) => !region || !happening.begins)
        .map((happening) => happening.text);
      if (!region) lines.push(...progress(line));
      if (lines.length > 0) print(lines.join('\n'));
      if (event.type === 'run-finished') return stop();
      if (!region || stopTicking?.signal.aborted) return;
      startTicking();
      if (lines.length > 0) draw();
    },
    finish: async ({ record }) => {
      stop();
      const summary = summaryText(record, { paint, columns: size().columns, reportPath: options.reportPath, nextStep: options.nextStep });
      stream.write(`\n${summary}\n`);
      return [];
    },
    close: () => {
      try {
        stop();
      } catch {
        // The terminal is gone: there is nobody to give it back to.
      }
    },
  };
}

/** Progress of steps as complete lines: each new thing at once, the same thing now and then. */
function plainProgress(): (line: JournalLine) => readonly string[] {
  const last = new Map<string, { what: string; atMs: number }>();
  return ({ at, event }) => {
    if (event.type !== 'step-progress') return [];
    const before = last.get(event.step);
    const atMs = Date.parse(at);
    if (before?.what === event.what && atMs - before.atMs < PROGRESS_EVERY_MS) return [];
    last.set(event.step, { what: event.what, atMs });
    return [`${event.step.padEnd(NAME_COLUMNS)} ${plainLine(event.what, 200)}${amount(event)}`];
  };
}

const amount = ({ done, total }: Extract<LabEvent, { type: 'step-progress' }>): string =>
  done === undefined || total === undefined || total <= 0 || done <= 0 ? '' : ` (${Math.min(100, Math.floor((done / total) * 100))} %)`;
