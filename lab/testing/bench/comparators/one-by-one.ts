import { randomUUID } from 'node:crypto';
import type { Call } from '../../../core/call.ts';
import type { WinrmAddress } from '../../../core/guest.ts';
import { Exchange, type Message } from '../../../winrm/client/exchange.ts';
import { targetOf } from '../../../winrm/client/target.ts';
import { faultCodes } from '../../../winrm/faults/fault-catalogue.ts';
import { faultOf } from '../../../winrm/faults/fault.ts';
import { commandRequest, parseCommandResponse } from '../../../winrm/messages/command.ts';
import { createRequest, parseCreateResponse } from '../../../winrm/messages/create.ts';
import { deleteRequest } from '../../../winrm/messages/delete.ts';
import { parseReceiveResponse, receiveRequest } from '../../../winrm/messages/receive.ts';
import { sendRequest } from '../../../winrm/messages/send.ts';
import { signalRequest } from '../../../winrm/messages/signal.ts';
import type { XmlElement } from '../../../winrm/soap/xml-element.ts';

const OPERATION_TIMEOUT_MS = 20_000;
/** Console code page 437: to the embedded guest any other costs one more process a command. */
const CODE_PAGE = 437;

/** What a command had printed when it was done. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A WinRM client that sends one message and waits for its answer before the next, as the programs that are compared with do. It is made of the
 * lab's own messages, sockets, authentication and sealing, so that only the strategy of copying differs.
 */
export class OneByOneClient implements Disposable {
  readonly #exchange: Exchange;

  constructor(endpoint: WinrmAddress) {
    this.#exchange = new Exchange(targetOf(endpoint), OPERATION_TIMEOUT_MS);
  }

  async openShell(call: Call): Promise<string> {
    const options = { environment: {}, codePage: CODE_PAGE, noProfile: false };
    return parseCreateResponse(await this.#ask('Create', (context) => createRequest(context, options), call)).shellId;
  }

  async closeShell(shellId: string, call: Call): Promise<void> {
    await this.#ask('Delete', (context) => deleteRequest(context, shellId), call);
  }

  async start(shellId: string, line: string, how: { readonly skipCmdShell: boolean }, call: Call): Promise<string> {
    const request = { line, commandId: randomUUID().toUpperCase(), consoleModeStdin: false, ...how };
    return parseCommandResponse(await this.#ask('Command', (context) => commandRequest(context, shellId, request), call));
  }

  async send(shellId: string, commandId: string, bytes: Uint8Array, end: boolean, call: Call): Promise<void> {
    await this.#ask('Send', (context) => sendRequest(context, shellId, { commandId, bytes, end }), call);
  }

  /** Receives until the command is done, then frees its place with a Signal. */
  async finish(shellId: string, commandId: string, call: Call): Promise<Ended> {
    const output = { stdout: '', stderr: '' };
    for (;;) {
      const { chunks, exitCode } = parseReceiveResponse(await this.#receive(shellId, commandId, call), commandId);
      for (const { stream, bytes } of chunks) output[stream] += Buffer.from(bytes).toString('latin1');
      if (exitCode === undefined) continue;
      await this.#ask('Signal', (context) => signalRequest(context, shellId, commandId, 'terminate'), call);
      return { exitCode, ...output };
    }
  }

  [Symbol.dispose](): void {
    this.#exchange.close();
  }

  async #receive(shellId: string, commandId: string, call: Call): Promise<XmlElement> {
    for (;;) {
      try {
        return await this.#ask('Receive', (context) => receiveRequest(context, shellId, commandId), call);
      } catch (error) {
        if (faultOf(error)?.code !== faultCodes.timedOut) throw error;
      }
    }
  }

  #ask(name: Message['name'], build: Message['build'], call: Call): Promise<XmlElement> {
    return this.#exchange.ask({ name, build, repeat: 'never' }, call);
  }
}
