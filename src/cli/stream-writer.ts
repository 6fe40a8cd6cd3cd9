/** Text is handed over in pieces of this size, or when the command ends. */
const PIECE_BYTES = 1 << 16;

/** Writes text in larger pieces and waits for a reader that is slow, so that a million lines do not pile up in memory. */
export interface StreamWriter {
  readonly write: (text: string) => Promise<void>;
  readonly flush: () => Promise<void>;
}

export function streamWriter(stream: NodeJS.WritableStream): StreamWriter {
  let waiting = '';
  const flush = async (): Promise<void> => {
    if (waiting === '') return;
    const piece = waiting;
    waiting = '';
    await new Promise<void>((resolve, reject) => {
      stream.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  };
  return {
    write: async (text) => {
      waiting += text;
      if (waiting.length >= PIECE_BYTES) await flush();
    },
    flush,
  };
}
