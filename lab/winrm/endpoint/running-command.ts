import { windowsFaults } from '../faults/windows-faults.ts';
import type { ReceiveResponse } from '../messages/receive.ts';
import type { SendRequest } from '../messages/send.ts';
import type { Signal } from '../messages/signal.ts';
import type { GuestProcess } from '../../core/guest-processes.ts';
import { OutputReader } from './output-reader.ts';
import { StdinQueue } from './stdin-queue.ts';

/** An answer that was given, kept until the next Receive shows that it arrived. */
interface LastAnswer {
  readonly messageId: string;
  readonly answer: ReceiveResponse;
  delivered: boolean;
}

/** A command in a shell of the endpoint. */
export class RunningCommand {
  readonly id: string;
  /** What was started, arguments included. */
  readonly line: string;
  readonly #process: GuestProcess;
  readonly #output: OutputReader;
  readonly #stdin: StdinQueue;
  #last: LastAnswer | undefined;
  #receiving: AbortController | undefined;
  #exited = false;
  #done = false;
  #terminated = false;

  constructor(id: string, line: string, process: GuestProcess) {
    this.id = id;
    this.line = line;
    this.#process = process;
    this.#output = new OutputReader(process);
    this.#stdin = new StdinQueue(process);
    void process.exited.then(() => {
      this.#exited = true;
    });
  }

  /** Whether the process still counts against the shell's quota. */
  get running(): boolean {
    return !this.#exited;
  }

  /** Whether nothing more will be asked of it. */
  get finished(): boolean {
    return this.#terminated && (this.#done || this.#receiving === undefined);
  }

  /**
   * Blocks until there is output, the command is done or the time is over. The same message again, or any message after an answer that did not
   * arrive, gets the last answer again. A newer Receive takes the place of one that is still blocked.
   */
  async receive(messageId: string, mostBytes: number, timeoutMs: number, gone: AbortSignal): Promise<ReceiveResponse> {
    this.#receiving?.abort();
    const last = this.#last;
    if (last && (last.messageId === messageId || !last.delivered)) {
      this.#last = { messageId, answer: last.answer, delivered: true };
      return last.answer;
    }
    if (this.#done) throw windowsFaults.commandNotFound();
    const receiving = new AbortController();
    this.#receiving = receiving;
    const timer = setTimeout(() => receiving.abort(), timeoutMs);
    try {
      const { chunks, exitCode } = await this.#output.collect(mostBytes, AbortSignal.any([receiving.signal, gone]));
      if (chunks.length === 0 && exitCode === undefined) throw windowsFaults.timedOut();
      this.#done = exitCode !== undefined;
      this.#last = { messageId, answer: { chunks, exitCode }, delivered: true };
      return this.#last.answer;
    } finally {
      clearTimeout(timer);
      if (this.#receiving === receiving) this.#receiving = undefined;
    }
  }

  /** Says that the answer to a Receive did not reach the client. */
  undelivered(messageId: string): void {
    if (this.#last?.messageId === messageId) this.#last.delivered = false;
  }

  /** See {@link StdinQueue.take}. */
  send(request: SendRequest, timeoutMs: number, gone: AbortSignal, written: () => void): Promise<void> {
    return this.#stdin.take(request.bytes, request.end, timeoutMs, gone, written);
  }

  signal(signal: Signal): void {
    switch (signal) {
      case 'terminate':
        this.#terminated = true;
        this.#process.kill();
        if (this.#receiving === undefined) this.#output.close();
        break;
      case 'ctrl_c':
      case 'ctrl_break':
        this.#process.kill();
        break;
    }
  }

  /** Ends the process and whoever waits for it. */
  close(): void {
    this.#process.kill();
    this.#receiving?.abort();
    this.#output.close();
  }
}
