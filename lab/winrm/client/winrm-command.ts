import { randomUUID } from 'node:crypto';
import type { Call } from '../../core/call.ts';
import { faultCodes } from '../faults/fault-catalogue.ts';
import { faultOf } from '../faults/fault.ts';
import { type OutputChunk, parseReceiveResponse, receiveRequest } from '../messages/receive.ts';
import { sendRequest } from '../messages/send.ts';
import { type Signal, signalRequest } from '../messages/signal.ts';
import type { Exchange } from './exchange.ts';
import { type Stdin, pumpStdin } from './stdin-pump.ts';

/** A command that was started in a shell. */
export class WinrmCommand {
  readonly id: string;
  readonly #shellId: string;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange, shellId: string, id: string) {
    this.#exchange = exchange;
    this.#shellId = shellId;
    this.id = id;
  }

  /**
   * Follows the command's output until it is done and resolves with its exit code (unsigned 32-bit). `onOutput` is awaited before more is asked
   * for, so a slow consumer slows the command and fills no memory. One Receive at a time; follow a command once.
   */
  async follow(onOutput: (chunk: OutputChunk) => void | Promise<void>, call: Call): Promise<number> {
    for (;;) {
      const answer = await this.#receive(call);
      if (answer === undefined) continue;
      for (const chunk of answer.chunks) await onOutput(chunk);
      if (answer.exitCode !== undefined) return answer.exitCode;
    }
  }

  /**
   * Sends one piece of standard input; `end` closes it. Resolves once the service has taken it. Never repeated: once the connection broke, whether
   * it was taken is unknown. One at a time and in order is the caller's part.
   */
  async send(bytes: Uint8Array, end: boolean, call: Call): Promise<void> {
    await this.#exchange.ask(
      { name: 'Send', build: (context) => sendRequest(context, this.#shellId, { commandId: this.id, bytes, end }), repeat: 'never' },
      call,
    );
  }

  /** Sends all of standard input and closes it; see {@link pumpStdin}. */
  write(stdin: Stdin, over: AbortSignal, call: Call): Promise<void> {
    return pumpStdin(this.#exchange, this.#shellId, this.id, stdin, over, call);
  }

  /** `terminate` also frees the command's place in its shell and belongs at the end of every command. */
  async signal(signal: Signal, call: Call): Promise<void> {
    await this.#exchange.ask(
      { name: 'Signal', build: (context) => signalRequest(context, this.#shellId, this.id, signal), repeat: 'when-lost' },
      call,
    );
  }

  /** One Receive; `undefined` when the server had nothing within its operation time-out, which only means to ask again. */
  async #receive(call: Call): Promise<ReturnType<typeof parseReceiveResponse> | undefined> {
    try {
      // A repetition after a lost connection carries the same MessageID, by which the server tells it from a new Receive and gives the same bytes again.
      return await this.#exchange.query(
        { name: 'Receive', build: (context) => receiveRequest(context, this.#shellId, this.id), repeat: 'when-lost' },
        (body) => parseReceiveResponse(body, this.id),
        call,
      );
    } catch (error) {
      if (faultOf(error)?.code === faultCodes.timedOut) return undefined;
      throw error;
    }
  }
}

/** An id as Windows makes them. */
export const newId = (): string => randomUUID().toUpperCase();
