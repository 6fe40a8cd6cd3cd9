import type { MaybeTerminal } from './style.ts';

/** Text is handed over in pieces of this size, after this time, or when the command ends. */
const PIECE_LENGTH = 1 << 16;
const MOST_WAIT_MS = 100;

/**
 * Writes text in larger pieces and waits for a reader that is slow, so that a million lines do not pile up in memory. Nothing waits long, since somebody
 * may read along, and on a terminal nothing waits at all.
 */
export interface StreamWriter {
  readonly write: (text: string) => Promise<void>;
  readonly flush: () => Promise<void>;
}

export interface StreamWriterOptions {
  /** Gets all text before it is written. */
  readonly mask?: (text: string) => string;
  /** Called when something is about to be written. */
  readonly before?: () => void;
  /** Called once, when the other end was closed. From then on text is dropped: a reader that has seen enough is no failure. */
  readonly onGone?: () => void;
}

// What writing to a closed pipe gives on Linux and on Windows, and then to a stream that has been told so.
const GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EOF', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

export function streamWriter(stream: MaybeTerminal, options: StreamWriterOptions = {}): StreamWriter {
  const { mask = (text) => text, before = () => {}, onGone = () => {} } = options;
  let gone = false;
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  let failure: unknown;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (failure !== undefined) throw failure;
    if (gone) waiting = '';
    if (waiting === '') return;
    const piece = mask(waiting);
    waiting = '';
    before();
    await new Promise<void>((resolve, reject) => {
      stream.write(piece, (error) => {
        if (!error) resolve();
        else if (!GONE.has((error as NodeJS.ErrnoException).code)) reject(error);
        else {
          if (!gone) onGone();
          gone = true;
          resolve();
        }
      });
    });
  };
  const flushLater = (): void => {
    flush().catch((error: unknown) => {
      // Told to whoever writes next.
      failure = error;
    });
  };
  return {
    write: async (text) => {
      waiting += text;
      if (waiting.length >= PIECE_LENGTH || stream.isTTY === true) await flush();
      else timer ??= setTimeout(flushLater, MOST_WAIT_MS).unref();
    },
    flush,
  };
}
