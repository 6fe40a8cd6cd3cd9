import { z } from 'zod';
import type { Call } from '../../core/call.ts';
import type { CommandResult } from '../../core/transport.ts';
import type { OutputChunk } from '../../winrm/messages/receive.ts';
import { mostSendBytes } from '../../winrm/messages/send.ts';
import type { RunInGuest } from './run-in-guest.ts';
import { guestWords } from './guest-words.ts';

/** What a copier answered: the head, checked by whoever asked, and the bytes after it. */
export interface CopierAnswer {
  readonly ok: unknown;
  readonly payload: Buffer;
}

/** The guest could do the operation and refused. */
export class CopierRefusal extends Error {
  override readonly name = 'CopierRefusal';
  /** `not-found`, `io`, … */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The copier does not work: it could not be started, ended by itself, or says what makes no sense. */
export class CopierBroken extends Error {
  override readonly name = 'CopierBroken';
}

/** The copier was ended because somebody else's question to it was given up. */
export class CopierLost extends Error {
  override readonly name = 'CopierLost';
}

/** How a copier is started. */
export interface CopierProgram {
  readonly line: string;
  readonly skipCmdShell: boolean;
  /** Goes to standard input before the first message. */
  readonly opening?: Uint8Array;
}

interface Asked {
  readonly resolve: (answer: CopierAnswer) => void;
  readonly reject: (error: unknown) => void;
}

const answerHead = z.union([
  z.object({ ok: z.unknown(), payloadBytes: z.int().min(0).optional() }),
  z.object({ error: z.object({ code: z.string().max(40), message: z.string().max(4000) }) }),
]);

const MOST_HEAD_BYTES = 1 << 20;
const MOST_PAYLOAD_BYTES = 33 << 20;
const MOST_COMPLAINT_BYTES = 4096;
/** How long a question that was given up may still hold its process. */
const GIVEN_UP_MS = 2000;

/**
 * A process in the guest that takes one message after the other on standard input and answers each on standard output, in the same order. Messages
 * may be sent ahead. A message is the length of its head (four bytes, least significant first), the head as JSON, and the payload it announces.
 */
export class CopyProcess {
  /** Settles when the process is over and nothing of it is left. Never rejects. */
  readonly over: Promise<void>;

  readonly #stop = new AbortController();
  readonly #asked: Asked[] = [];
  readonly #toSend: Uint8Array[] = [];
  readonly #complaint: Uint8Array[] = [];
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #head: { readonly ok: unknown; readonly payloadBytes: number } | undefined;
  #wake: (() => void) | undefined;
  #closing = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(run: RunInGuest, program: CopierProgram) {
    if (program.opening !== undefined) this.#toSend.push(program.opening);
    const running = run(
      {
        line: program.line,
        skipCmdShell: program.skipCmdShell,
        stdin: this.#standardInput(),
        maxOutputBytes: 0,
        onOutput: (chunk) => this.#take(chunk),
      },
      // It outlives the questions, so its call is none of theirs.
      { signal: this.#stop.signal, deadline: { remainingMs: () => Infinity } },
    );
    this.over = running.then(
      (result) => this.#fail(new CopierBroken(this.#ending(result))),
      (error: unknown) => this.#fail(error),
    );
  }

  get usable(): boolean {
    return this.#failure === undefined && !this.#closing;
  }

  /** Messages under way. */
  get pending(): number {
    return this.#asked.length;
  }

  /**
   * Sends a message and waits for its answer. Rejects with {@link CopierRefusal}, with {@link CopierBroken}, with the error of the connection, or
   * with the call's reason; the process does not survive a question that was given up and is not answered soon.
   */
  ask(head: Readonly<Record<string, unknown>>, payload: Uint8Array, call: Call): Promise<CopierAnswer> {
    call.signal.throwIfAborted();
    if (this.#failure) return Promise.reject(this.#failure.error);
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settled = (): void => {
        clearTimeout(timer);
        call.signal.removeEventListener('abort', giveUp);
      };
      const giveUp = (): void => {
        reject(call.signal.reason);
        timer = setTimeout(() => this.kill(new CopierLost('a question to it was given up')), GIVEN_UP_MS);
        timer.unref();
      };
      call.signal.addEventListener('abort', giveUp, { once: true });
      this.#asked.push({
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      const text = Buffer.from(JSON.stringify({ ...head, payloadBytes: payload.length }));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      this.#toSend.push(length, text);
      if (payload.length > 0) this.#toSend.push(payload);
      this.#wake?.();
    });
  }

  /** Lets it end by itself once it has answered everything. */
  close(): void {
    this.#closing = true;
    this.#wake?.();
  }

  kill(error: unknown): void {
    this.#fail(error);
    this.#stop.abort(error);
  }

  async *#standardInput(): AsyncGenerator<Uint8Array> {
    while (this.#failure === undefined) {
      if (this.#toSend.length > 0) yield this.#nextSend();
      else if (this.#closing) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** What fills one Send, of whatever messages are waiting. */
  #nextSend(): Uint8Array {
    const pieces: Uint8Array[] = [];
    let room = mostSendBytes;
    for (let first = this.#toSend[0]; first !== undefined && room > 0; first = this.#toSend[0]) {
      pieces.push(first.subarray(0, room));
      if (first.length > room) this.#toSend[0] = first.subarray(room);
      else this.#toSend.shift();
      room -= Math.min(first.length, room);
    }
    return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
  }

  #take({ stream, bytes }: OutputChunk): void {
    if (this.#failure) return;
    // The caller's buffer is not ours to keep.
    const copy = Buffer.from(bytes);
    if (stream === 'stderr') {
      if (this.#complaint.length < 16) this.#complaint.push(copy.subarray(0, MOST_COMPLAINT_BYTES));
      return;
    }
    this.#received.push(copy);
    this.#receivedBytes += copy.length;
    try {
      while (this.#takeMessage());
    } catch (error) {
      this.kill(error instanceof CopierBroken ? error : new CopierBroken(`its answer makes no sense: ${guestWords(String(error))}`));
    }
  }

  /** Takes one message out of what has arrived; false when it is not whole yet. */
  #takeMessage(): boolean {
    if (this.#head === undefined) {
      const length = this.#peek(4)?.readUInt32LE();
      if (length === undefined) return false;
      if (length > MOST_HEAD_BYTES) throw new CopierBroken(`what it prints is no answer: ${this.#shown()}`);
      const text = this.#peek(4 + length);
      if (text === undefined) return false;
      this.#drop(4 + length);
      const head = answerHead.parse(JSON.parse(text.subarray(4).toString('utf8')));
      if ('error' in head) {
        this.#next().reject(new CopierRefusal(head.error.code, guestWords(head.error.message)));
        return true;
      }
      const payloadBytes = head.payloadBytes ?? 0;
      if (payloadBytes > MOST_PAYLOAD_BYTES) throw new CopierBroken(`it announces ${payloadBytes} bytes`);
      this.#head = { ok: head.ok, payloadBytes };
    }
    const { ok, payloadBytes } = this.#head;
    const payload = this.#peek(payloadBytes);
    if (payload === undefined) return false;
    this.#drop(payloadBytes);
    this.#head = undefined;
    this.#next().resolve({ ok, payload });
    return true;
  }

  #next(): Asked {
    const asked = this.#asked.shift();
    if (asked === undefined) throw new CopierBroken('it answers what was not asked');
    return asked;
  }

  /** The first bytes that have arrived, in one piece; `undefined` when there are fewer. */
  #peek(count: number): Buffer | undefined {
    if (this.#receivedBytes < count) return undefined;
    if ((this.#received[0]?.length ?? 0) < count) this.#received = [Buffer.concat(this.#received)];
    return (this.#received[0] ?? Buffer.alloc(0)).subarray(0, count);
  }

  #drop(count: number): void {
    const [first, ...rest] = this.#received;
    this.#receivedBytes -= count;
    if (first !== undefined) this.#received = first.length === count ? rest : [first.subarray(count), ...rest];
  }

  #shown = (): string => guestWords(Buffer.concat(this.#received).subarray(0, 200).toString('utf8'));

  #ending({ exitCode }: CommandResult): string {
    const said = guestWords(Buffer.concat(this.#complaint).toString('utf8')) || (this.#receivedBytes > 0 ? this.#shown() : '');
    return `it ended with exit code ${exitCode}${said === '' ? '' : `: ${said}`}`;
  }

  #fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    this.#toSend.length = 0;
    this.#wake?.();
    for (const asked of this.#asked.splice(0)) asked.reject(error);
  }
}
