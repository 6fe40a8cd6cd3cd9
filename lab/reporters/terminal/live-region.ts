import { createLogUpdate } from 'log-update';
import type { TextSink } from '../text-sink.ts';
import { displayWidth } from '../wording/display-width.ts';

/** The last lines of a terminal, drawn over and over. */
export interface LiveRegion {
  /** Replaces the region. Each line must fit into the terminal's width. */
  readonly draw: (lines: readonly PaintedLine[]) => void;
  /** Prints complete lines above the region, for good. */
  readonly above: (text: string) => void;
  /** Takes the region away and shows the cursor again. Harmless when called twice; `draw` begins anew. */
  readonly end: () => void;
}

/** A line with and without its colours: terminals count columns without. */
export interface PaintedLine {
  readonly plain: string;
  readonly painted: string;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Makes a live region on a terminal. `size` is read at each draw, so that a resized window is drawn right from the next draw on. */
export function liveRegion(stream: TextSink, size: () => TerminalSize): LiveRegion {
  // log-update hides the cursor on standard error whatever stream it was given, so the cursor is handled here.
  const log = createLogUpdate(terminalLike(stream, size), { showCursor: true });
  let drawn: readonly PaintedLine[] = [];
  let drawnColumns = 0;
  let cursorHidden = false;

  /** A narrowed terminal has broken the drawn lines into more rows than log-update knows of: takes the surplus ones away. */
  const eraseReflowed = (): void => {
    const { columns } = size();
    if (drawn.length === 0 || columns >= drawnColumns) return;
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line.plain) / columns)), 0);
    const surplus = rows - drawn.length;
    drawnColumns = columns;
    if (surplus > 0) stream.write('\u001b[2K\u001b[1A'.repeat(surplus));
  };
  const erase = (): void => {
    if (drawn.length === 0) return;
    eraseReflowed();
    drawn = [];
    log.clear();
  };
  return {
    draw: (lines) => {
      const room = Math.max(1, size().rows - 1);
      const shown = lines.slice(0, room);
      if (shown.length === 0) return erase();
      eraseReflowed();
      if (!cursorHidden) {
        cursorHidden = true;
        stream.write(HIDE_CURSOR);
      }
      drawn = shown;
      drawnColumns = size().columns;
      log(shown.map((line) => line.painted).join('\n'));
    },
    above: (text) => {
      erase();
      stream.write(`${text}\n`);
    },
    end: () => {
      erase();
      if (cursorHidden) stream.write(SHOW_CURSOR);
      cursorHidden = false;
    },
  };
}

/** What log-update reads of a stream. Its type asks for a whole Node stream; it calls `write` and reads these. */
function terminalLike(stream: TextSink, size: () => TerminalSize): NodeJS.WritableStream {
  const seen = {
    write: (text: string) => stream.write(text),
    isTTY: true,
    get columns(): number {
      return size().columns;
    },
    get rows(): number {
      return size().rows;
    },
  };
  return seen as unknown as NodeJS.WritableStream;
}
