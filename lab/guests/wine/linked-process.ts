import { type GuestProcess, StartFailure } from '../../core/guest-processes.ts';
import { type AgentFrame, FIRST_CREDIT_BYTES, type HostFrame, MOST_DATA_BYTES } from './agent/frames.ts';

type ProcessFrame = Exclude<AgentFrame, { ev: 'ready' }>;
type Output = { readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array };

/** What a process counts as when its guest is gone: STATUS_CONTROL_C_EXIT (ntstatus.h). */
const LOST_EXIT_CODE = 0xc000_013a;
/** Credit is given back in pieces of at least this size, so that small outputs cost few frames. */
const CREDIT_STEP_BYTES = FIRST_CREDIT_BYTES / 4;
/** Input that may be under way to one process. */
const MOST_INPUT_FRAMES = 8;

/** A process in the guest as the host sees it. Fed with the agent's frames by its link. */
export class LinkedProcess implements GuestProcess {
  /** Resolves when the process runs; rejects with a {@link StartFailure}. */
  readonly started: Promise<void>;
  readonly exited: Promise<number>;
  readonly output: AsyncIterable<Output>;

  readonly #id: number;
  readonly #send: (frame: HostFrame, data?: Uint8Array) => Promise<void>;
  readonly #started = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<number>();
  readonly #queue: Output[] = [];
  /** Writes that wait for the agent's answer, in the order sent. */
  readonly #unanswered: PromiseWithResolvers<void>[] = [];
  #allowedBytes = FIRST_CREDIT_BYTES;
  #consumedBytes = 0;
  #wake: () => void = () => {};
  #over = false;
  #inputClosed: string | undefined;

  constructor(id: number, send: (frame: HostFrame, data?: Uint8Array) => Promise<void>) {
    this.#id = id;
    this.#send = send;
    this.started = this.#started.promise;
    this.exited = this.#exited.promise;
    this.output = { [Symbol.asyncIterator]: () => this.#read() };
  }

  readonly write = async (bytes: Uint8Array): Promise<void> => {
    const answers: Promise<void>[] = [];
    for (let at = 0; at < bytes.length; at += MOST_DATA_BYTES) {
      if (this.#inputClosed !== undefined) throw new Error(this.#inputClosed);
      if (answers.length >= MOST_INPUT_FRAMES) await answers[answers.length - MOST_INPUT_FRAMES];
      const answer = Promise.withResolvers<void>();
      // It is waited for below; until then a rejection must not count as unhandled.
      answer.promise.catch(() => {});
      this.#unanswered.push(answer);
      answers.push(answer.promise);
      const piece = bytes.subarray(at, at + MOST_DATA_BYTES);
      await this.#send({ op: 'input', id: this.#id, dataBytes: piece.byteLength }, piece);
    }
    await Promise.all(answers);
  };

  readonly end = async (): Promise<void> => {
    if (this.#inputClosed !== undefined) return;
    this.#inputClosed = 'standard input was closed before';
    await this.#send({ op: 'end-input', id: this.#id });
  };

  readonly kill = (): void => {
    if (!this.#over) void this.#send({ op: 'kill', id: this.#id });
  };

  /** Takes a frame of the agent; throws when the guest may not send it. */
  take(frame: ProcessFrame, data?: Buffer): void {
    switch (frame.ev) {
      case 'started':
        this.#started.resolve();
        break;
      case 'refused':
        this.#started.reject(new StartFailure(frame.win32Code, frame.message));
        this.#finish(LOST_EXIT_CODE, frame.message);
        break;
      case 'output':
        if (data === undefined) throw new Error('output without bytes');
        this.#keep(frame.stream, data);
        break;
      case 'input-taken':
        this.#unanswered.shift()?.resolve();
        break;
      case 'input-failed':
        this.#inputClosed ??= frame.message;
        this.#unanswered.shift()?.reject(new Error(frame.message));
        break;
      case 'exited':
        this.#exited.resolve(frame.code);
        break;
      case 'ended':
        this.#finish(LOST_EXIT_CODE, 'the process has ended');
        break;
    }
  }

  /** Its guest is gone. */
  lose(reason: string): void {
    this.#started.reject(new StartFailure(LOST_EXIT_CODE, reason));
    this.#finish(LOST_EXIT_CODE, reason);
  }

  #finish(codeIfUnknown: number, reason: string): void {
    this.#over = true;
    this.#started.promise.catch(() => {});
    this.#exited.resolve(codeIfUnknown);
    this.#inputClosed ??= reason;
    for (const answer of this.#unanswered.splice(0)) answer.reject(new Error(reason));
    this.#wake();
  }

  #keep(stream: 'stdout' | 'stderr', bytes: Buffer): void {
    this.#allowedBytes -= bytes.length;
    // The agent stops at the end of a read that used the credit up, so it may run over by one read of both streams.
    if (this.#allowedBytes < -FIRST_CREDIT_BYTES) throw new Error(`process ${this.#id} sent more output than it was allowed`);
    this.#queue.push({ stream, bytes });
    this.#wake();
  }

  async *#read(): AsyncGenerator<Output> {
    for (;;) {
      const next = this.#queue.shift();
      if (next) {
        yield next;
        this.#consumed(next.bytes.length);
      } else if (this.#over) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #consumed(bytes: number): void {
    this.#consumedBytes += bytes;
    if (this.#consumedBytes < CREDIT_STEP_BYTES || this.#over) return;
    this.#allowedBytes += this.#consumedBytes;
    void this.#send({ op: 'credit', id: this.#id, bytes: this.#consumedBytes });
    this.#consumedBytes = 0;
  }
}
