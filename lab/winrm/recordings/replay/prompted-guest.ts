import type { GuestProcess, GuestProcesses } from '../../../core/guest-processes.ts';
import type { RecordedChunk } from './recorded-facts.ts';

/** A guest whose one program says what it is told to say, when it is told. */
export interface PromptedGuest extends GuestProcesses {
  /** Command lines that were started. */
  readonly started: readonly string[];
  /** All bytes that came on standard input, and whether it was closed. */
  readonly stdin: () => { readonly bytes: Buffer; readonly ended: boolean };
  /** Lets the program that was started last put something out; with an exit code it ends. */
  readonly say: (chunks: readonly RecordedChunk[], exitCode?: number) => void;
}

interface Prompt {
  readonly chunks: readonly RecordedChunk[];
  readonly exitCode: number | undefined;
}

export function promptedGuest(): PromptedGuest {
  const started: string[] = [];
  const received: Uint8Array[] = [];
  let ended = false;
  let prompt = (_prompt: Prompt): void => {
    throw new Error('no program was started');
  };
  return {
    started,
    stdin: () => ({ bytes: Buffer.concat(received), ended }),
    say: (chunks, exitCode) => prompt({ chunks, exitCode }),
    start: ({ line }): Promise<GuestProcess> => {
      started.push(line);
      const prompts: Prompt[] = [];
      let wake = (): void => {};
      prompt = (one) => {
        prompts.push(one);
        wake();
      };
      const { promise: exited, resolve: exit } = Promise.withResolvers<number>();
      return Promise.resolve({
        exited,
        output: (async function* output() {
          for (;;) {
            const next = prompts.shift();
            if (next === undefined) {
              await new Promise<void>((resolve) => {
                wake = resolve;
              });
              continue;
            }
            yield* next.chunks;
            if (next.exitCode === undefined) continue;
            exit(next.exitCode);
            return;
          }
        })(),
        write: async (bytes) => void received.push(Uint8Array.from(bytes)),
        end: async () => {
          ended = true;
        },
        kill: () => {},
      });
    },
  };
}
