import { type GuestProcess, type GuestProcesses, StartFailure } from '../../core/guest-processes.ts';

const KILLED = 0xc000013a;
const FLOOD = Buffer.alloc(64 << 10, 'flood');

type Chunk = { readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array };

/**
 * Processes that are none, so that a hundred thousand of them cost nothing. The first word of a line says what one does: `cat` gives back what it
 * reads, `wait` reads nothing and does nothing, `flood` writes without end, `fail` cannot be started, `quit CODE` ends with the code; any
 * other line is written out and ends.
 */
export function memoryProcesses(): GuestProcesses & { readonly running: () => number } {
  let running = 0;
  return {
    running: () => running,
    start: async ({ line }) => {
      // quit -1
      const [word = '', argument = ''] = line.replace(/"/g, '').trim().split(/\s+/);
      if (word === 'fail') throw new StartFailure(2, 'The system cannot find the file specified. ');
      running++;
      const process = new MemoryProcess(word === 'cat' || word === 'wait' || word === 'flood' ? word : 'once');
      void process.exited.then(() => running--);
      if (word === 'quit') process.finish(Number(argument) >>> 0);
      else if (process.kind === 'once') {
        process.put({ stream: 'stdout', bytes: Buffer.from(line) });
        process.put({ stream: 'stderr', bytes: Buffer.from('done') });
        process.finish(0);
      }
      return process;
    },
  };
}

class MemoryProcess implements GuestProcess {
  readonly kind: 'cat' | 'wait' | 'flood' | 'once';
  readonly #exit = Promise.withResolvers<number>();
  readonly exited = this.#exit.promise;
  readonly #chunks: Chunk[] = [];
  #wake: (() => void) | undefined;
  #over = false;

  constructor(kind: MemoryProcess['kind']) {
    this.kind = kind;
  }

  readonly output: AsyncIterable<Chunk> = { [Symbol.asyncIterator]: () => this.#read() };

  async *#read(): AsyncGenerator<Chunk> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) yield chunk;
      else if (this.#over) return;
      else if (this.kind === 'flood') yield { stream: 'stdout', bytes: FLOOD };
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  put(chunk: Chunk): void {
    this.#chunks.push(chunk);
    this.#wake?.();
  }

  finish(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#exit.resolve(code);
    this.#wake?.();
  }

  readonly write = async (bytes: Uint8Array): Promise<void> => {
    if (this.#over) throw new Error('the pipe is closed');
    if (this.kind === 'cat') this.put({ stream: 'stdout', bytes: Buffer.from(bytes) });
    // Never taken: what is sent to it stays with the endpoint.
    else await this.exited;
  };

  readonly end = async (): Promise<void> => this.finish(0);

  readonly kill = (): void => this.finish(KILLED);
}
