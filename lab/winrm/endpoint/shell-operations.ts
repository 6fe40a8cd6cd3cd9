import type { SpareBuffers } from '../framing/spare-buffers.ts';
import { windowsFaults } from '../faults/windows-faults.ts';
import type { ActionName } from '../messages/actions.ts';
import { commandResponse, parseCommandRequest } from '../messages/command.ts';
import { createResponse, parseCreateRequest } from '../messages/create.ts';
import { deleteResponse } from '../messages/delete.ts';
import { parseReceiveRequest, receiveResponse } from '../messages/receive.ts';
import type { Request } from '../messages/request.ts';
import type { ResponseContext } from '../messages/response.ts';
import { parseSendRequest, sendResponse } from '../messages/send.ts';
import {
  getShellResponse,
  listCommandsResponse,
  listShellsResponse,
  parseListCommandsRequest,
  wantsAllAtOnce,
} from '../messages/shells.ts';
import { parseSignalRequest, signalResponse } from '../messages/signal.ts';
import { type XmlPart, sizeOfParts } from '../soap/xml-parts.ts';
import type { Sender } from './dispatcher.ts';
import type { Quotas } from './quotas.ts';
import type { ShellTable } from './shell-table.ts';

/** The body of a proper answer. */
export interface Done {
  readonly parts: readonly XmlPart[];
  /** Called when the answer could not be delivered. */
  readonly undelivered?: () => void;
}

/** What a Receive answer needs beside the output: header, stream elements and multipart wrapper. */
const RECEIVE_OVERHEAD_BYTES = 4096;
/** Below this even an unwilling client gets something. */
const LEAST_OUTPUT_BYTES = 1024;

/** What shells can be asked: opened, used and looked at. Throws Refusals. */
export class ShellOperations {
  readonly #shells: ShellTable;
  readonly #quotas: Quotas;
  readonly #rooms: SpareBuffers;

  /** `rooms`: where the bytes of a request are, once they are out of it; those of a Send go back when its command has taken them. */
  constructor(shells: ShellTable, quotas: Quotas, rooms: SpareBuffers) {
    this.#shells = shells;
    this.#quotas = quotas;
    this.#rooms = rooms;
  }

  /** Operations on the command shell ([MS-WSMV] 3.1.4). */
  async perform(action: ActionName, request: Request, context: ResponseContext, sender: Sender): Promise<Done> {
    const { user, clientIp, gone } = sender;
    const { shellId } = request;
    switch (action) {
      case 'Create': {
        const owner = { user, clientIp, locale: request.locale ?? 'en-US', dataLocale: request.dataLocale ?? 'en-US' };
        const shell = this.#shells.open(owner, parseCreateRequest(request));
        const described = createResponse(context, request.to, shell);
        // The description repeats the request, and escaped it can be six times as long. Clients do without it, as with Windows Server 2008 R2.
        const fits = sizeOfParts(described) <= this.#envelopeBytes(request);
        return { parts: fits ? described : createResponse(context, request.to, { shellId: shell.shellId }) };
      }
      case 'Command':
        return { parts: commandResponse(context, await this.#shells.start(user, shellId, parseCommandRequest(request))) };
      case 'Send': {
        const send = parseSendRequest(request);
        const command = this.#shells.command(user, shellId, send.commandId);
        await command.send(send, this.#timeoutMs(request), gone, () => this.#rooms.giveBack(send.bytes));
        return { parts: sendResponse(context) };
      }
      case 'Receive':
        return this.#receive(request, context, sender);
      case 'Signal': {
        const { commandId, signal } = parseSignalRequest(request);
        const command = this.#shells.command(user, shellId, commandId);
        command.signal(signal);
        this.#shells.sweep(user, shellId, command);
        return { parts: signalResponse(context) };
      }
      case 'Delete':
        this.#shells.close(user, shellId);
        return { parts: deleteResponse(context) };
      case 'Get':
        return { parts: getShellResponse(context, this.#shells.look(shellId)) };
      case 'Enumerate':
        throw windowsFaults.actionMismatch(action);
    }
  }

  /** Operations on the list of all shells. */
  survey(action: ActionName, request: Request, context: ResponseContext, sender: Sender): Promise<Done> | Done {
    if (action === 'Get' || action === 'Delete') return this.perform(action, request, context, sender);
    if (action !== 'Enumerate' || !wantsAllAtOnce(request)) throw windowsFaults.actionMismatch(action);
    return { parts: listShellsResponse(context, this.#shells.list()) };
  }

  /** Operations on the list of a shell's commands. */
  surveyCommands(action: ActionName, request: Request, context: ResponseContext): Done {
    if (action !== 'Enumerate' || !wantsAllAtOnce(request)) throw windowsFaults.actionMismatch(action);
    return { parts: listCommandsResponse(context, this.#shells.commandsOf(parseListCommandsRequest(request))) };
  }

  async #receive(request: Request, context: ResponseContext, { user, gone }: Sender): Promise<Done> {
    const commandId = parseReceiveRequest(request);
    if (commandId === undefined) throw windowsFaults.invalidParameter();
    const command = this.#shells.command(user, request.shellId, commandId);
    const mostBytes = Math.max(LEAST_OUTPUT_BYTES, Math.floor(((this.#envelopeBytes(request) - RECEIVE_OVERHEAD_BYTES) / 4) * 3));
    const received = await command.receive(request.messageId, mostBytes, this.#timeoutMs(request), gone);
    this.#shells.sweep(user, request.shellId, command);
    return { parts: receiveResponse(context, commandId, received), undelivered: () => command.undelivered(request.messageId) };
  }

  /** What the client takes, and no more than the service gives. */
  #envelopeBytes(request: Request): number {
    const { maxEnvelopeBytes } = this.#quotas;
    return Math.min(request.maxEnvelopeBytes ?? maxEnvelopeBytes, maxEnvelopeBytes);
  }

  #timeoutMs(request: Request): number {
    const { maxOperationTimeoutMs } = this.#quotas;
    return Math.min(request.operationTimeoutMs ?? maxOperationTimeoutMs, maxOperationTimeoutMs);
  }
}
