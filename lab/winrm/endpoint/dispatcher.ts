import { randomUUID } from 'node:crypto';
import { buildFault } from '../faults/fault.ts';
import { Refusal, windowsFaults } from '../faults/windows-faults.ts';
import { type ActionName, actionNamed } from '../messages/actions.ts';
import { commandResponse, parseCommandRequest } from '../messages/command.ts';
import { createResponse, parseCreateRequest } from '../messages/create.ts';
import { deleteResponse } from '../messages/delete.ts';
import { identifyResponse } from '../messages/identify.ts';
import { parseReceiveRequest, receiveResponse } from '../messages/receive.ts';
import { type Incoming, type Request, parseRequest } from '../messages/request.ts';
import type { ResponseContext } from '../messages/response.ts';
import { parseSendRequest, sendResponse } from '../messages/send.ts';
import { parseSignalRequest, signalResponse } from '../messages/signal.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { cmdShellUri } from '../soap/namespaces.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import type { Quotas } from './quotas.ts';
import type { ShellTable } from './shell-table.ts';

/** Who sent a message and how it can be told that the client went away. */
export interface Sender {
  readonly user: string;
  readonly clientIp: string;
  /** Aborts when the connection is lost before the answer is out. */
  readonly gone: AbortSignal;
}

export interface Answer {
  readonly status: 200 | 500;
  readonly parts: readonly XmlPart[];
  /** Called when the answer could not be delivered. */
  readonly undelivered?: () => void;
}

/** What a Receive answer needs beside the output: header, stream elements and multipart wrapper. */
const RECEIVE_OVERHEAD_BYTES = 4096;
/** Below this even an unwilling client gets something. */
const LEAST_OUTPUT_BYTES = 1024;

/** Answers SOAP messages out of the shells. Never throws for what a client sends: it answers with Windows' faults. */
export class Dispatcher {
  readonly #shells: ShellTable;
  readonly #quotas: Quotas;
  readonly #productVersion: string;

  constructor(shells: ShellTable, quotas: Quotas, osVersion: string) {
    this.#shells = shells;
    this.#quotas = quotas;
    this.#productVersion = `OS: ${osVersion} SP: 0.0 Stack: 3.0`;
  }

  async answer(document: Buffer, sender: Sender): Promise<Answer> {
    let messageId: string | undefined;
    let machine = 'localhost';
    try {
      const incoming: Incoming = parseRequest(document, this.#quotas.maxEnvelopeBytes);
      if (incoming.kind === 'identify') return { status: 200, parts: this.identity(this.#productVersion) };
      const { request } = incoming;
      messageId = request.messageId;
      machine = URL.canParse(request.to) ? new URL(request.to).hostname : machine;
      const action = actionNamed(request.action);
      if (action === undefined) throw windowsFaults.unsupportedAction(request.action);
      if (request.resourceUri.toLowerCase() !== cmdShellUri.toLowerCase()) throw windowsFaults.invalidResourceUri(request.resourceUri);
      return { status: 200, ...(await this.#dispatch(action, request, sender)) };
    } catch (error) {
      const refusal = error instanceof ProtocolViolation ? windowsFaults.schemaViolation(error.message) : error;
      if (!(refusal instanceof Refusal)) throw error;
      return { status: 500, parts: buildFault(this.#context(messageId), machine, refusal.answer) };
    }
  }

  /** The answer to Identify. Strangers are not told the version of the system. */
  identity(productVersion = 'OS: 0.0.0 SP: 0.0 Stack: 3.0'): readonly XmlPart[] {
    return identifyResponse({ productVendor: 'Microsoft Corporation', productVersion });
  }

  #context(relatesTo: string | undefined): ResponseContext {
    return { messageId: `uuid:${randomUUID().toUpperCase()}`, ...(relatesTo === undefined ? {} : { relatesTo }) };
  }

  async #dispatch(action: ActionName, request: Request, sender: Sender): Promise<Omit<Answer, 'status'>> {
    const context = this.#context(request.messageId);
    const { user, gone } = sender;
    const timeoutMs = Math.min(request.operationTimeoutMs ?? this.#quotas.maxOperationTimeoutMs, this.#quotas.maxOperationTimeoutMs);
    switch (action) {
      case 'Create': {
        const shellId = this.#shells.open(user, parseCreateRequest(request));
        return { parts: createResponse(context, request.to, sender.clientIp, this.#quotas.shellIdleTimeoutMs, { shellId, owner: user }) };
      }
      case 'Command':
        return { parts: commandResponse(context, await this.#shells.start(user, request.shellId, parseCommandRequest(request))) };
      case 'Send': {
        const send = parseSendRequest(request);
        await this.#shells.command(user, request.shellId, send.commandId).send(send, timeoutMs, gone);
        return { parts: sendResponse(context) };
      }
      case 'Receive': {
        const commandId = parseReceiveRequest(request);
        if (commandId === undefined) throw windowsFaults.invalidParameter();
        const command = this.#shells.command(user, request.shellId, commandId);
        const envelopeBytes = Math.min(request.maxEnvelopeBytes ?? this.#quotas.maxEnvelopeBytes, this.#quotas.maxEnvelopeBytes);
        const mostBytes = Math.max(LEAST_OUTPUT_BYTES, Math.floor(((envelopeBytes - RECEIVE_OVERHEAD_BYTES) / 4) * 3));
        const received = await command.receive(request.messageId, mostBytes, timeoutMs, gone);
        this.#shells.sweep(user, request.shellId, command);
        return { parts: receiveResponse(context, commandId, received), undelivered: () => command.undelivered(request.messageId) };
      }
      case 'Signal': {
        const { commandId, signal } = parseSignalRequest(request);
        const command = this.#shells.command(user, request.shellId, commandId);
        command.signal(signal);
        this.#shells.sweep(user, request.shellId, command);
        return { parts: signalResponse(context) };
      }
      case 'Delete':
        this.#shells.close(user, request.shellId);
        return { parts: deleteResponse(context) };
    }
  }
}
