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

/** `before` is called when something is about to be written to the stream; `mask` gets all text before. */
export function streamWriter(
  stream: MaybeTerminal,
  { before = () => {}, mask = (text) => text }: { readonly before?: () => void; readonly mask?: (text: string) => string } = {},
): StreamWriter {
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  let failure: unknown;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (failure !== undefined) throw failure;
    if (waiting === '') return;
    const piece = mask(waiting);
    waiting = '';
    before();
    await new Promise<void>((resolve, reject) => {
      stream.write(piece, (error) => (error ? reject(error) : resolve()));
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
