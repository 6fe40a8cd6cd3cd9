import { randomUUID } from 'node:crypto';
import { buildFault } from '../faults/fault.ts';
import { Refusal, windowsFaults } from '../faults/windows-faults.ts';
import { SpareBuffers } from '../framing/spare-buffers.ts';
import { type ActionName, actionNamed } from '../messages/actions.ts';
import { configResponse } from '../messages/config.ts';
import { identifyResponse } from '../messages/identify.ts';
import { HeaderMissing, type Incoming, type Request, parseRequest } from '../messages/request.ts';
import type { ResponseContext } from '../messages/response.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { cmdShellUri, configUri, shellCommandUri, shellUri } from '../soap/namespaces.ts';
import { type XmlPart, sizeOfParts } from '../soap/xml-parts.ts';
import type { Quotas } from './quotas.ts';
import { type EndpointSettings, configInForce } from './config-in-force.ts';
import { type Done, ShellOperations } from './shell-operations.ts';
import type { ShellTable } from './shell-table.ts';

/** Who sent a message and how it can be told that the client went away. */
export interface Sender {
  readonly user: string;
  readonly clientIp: string;
  /** Aborts when the connection is lost before the answer is out. */
  readonly gone: AbortSignal;
}

export interface Answer extends Done {
  readonly status: 200 | 500;
}

/** Sends that are likely on their way to processes at a time. */
const MOST_SPARE_ROOMS = 8;

/** As a fresh Windows is set. */
const SAFE: EndpointSettings = { allowUnencrypted: false, basic: false };

/** Answers SOAP messages out of the shells. Never throws for what a client sends: it answers with Windows' faults. */
export class Dispatcher {
  readonly #operations: ShellOperations;
  /** For what Sends bring. */
  readonly #rooms = new SpareBuffers(MOST_SPARE_ROOMS);
  readonly #quotas: Quotas;
  readonly #settings: EndpointSettings;
  readonly #productVersion: string;
  /** Messages under way, by user. */
  readonly #underWay = new Map<string, number>();

  constructor(shells: ShellTable, quotas: Quotas, osVersion: string, settings: EndpointSettings = SAFE) {
    this.#operations = new ShellOperations(shells, quotas, this.#rooms);
    this.#quotas = quotas;
    this.#settings = settings;
    this.#productVersion = `OS: ${osVersion} SP: 0.0 Stack: 3.0`;
  }

  async answer(document: Buffer, sender: Sender): Promise<Answer> {
    let messageId: string | undefined;
    let machine = 'localhost';
    const before = this.#underWay.get(sender.user) ?? 0;
    this.#underWay.set(sender.user, before + 1);
    try {
      const incoming: Incoming = parseRequest(document, this.#quotas.maxEnvelopeBytes, this.#rooms.take);
      if (incoming.kind === 'identify') return { status: 200, parts: this.identity(this.#productVersion) };
      const { request } = incoming;
      messageId = request.messageId;
      machine = URL.canParse(request.to) ? new URL(request.to).hostname : machine;
      if (before >= this.#quotas.maxOperationsPerUser) throw windowsFaults.tooManyOperations(this.#quotas.maxOperationsPerUser);
      return { status: 200, ...(await this.#perform(request, sender)) };
    } catch (error) {
      const refusal = refusalFor(error);
      if (refusal === undefined) throw error;
      return { status: 500, parts: buildFault(this.#context(messageId), machine, refusal.answer) };
    } finally {
      const left = (this.#underWay.get(sender.user) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(sender.user);
      else this.#underWay.set(sender.user, left);
    }
  }

  /** The answer to Identify. Strangers are not told the version of the system. */
  identity(productVersion = 'OS: 0.0.0 SP: 0.0 Stack: 3.0'): readonly XmlPart[] {
    return identifyResponse({ productVendor: 'Microsoft Corporation', productVersion });
  }

  #context(relatesTo: string | undefined): ResponseContext {
    return { messageId: `uuid:${randomUUID().toUpperCase()}`, ...(relatesTo === undefined ? {} : { relatesTo }) };
  }

  async #perform(request: Request, sender: Sender): Promise<Done> {
    const action = actionNamed(request.action);
    if (action === undefined) throw windowsFaults.unsupportedAction(request.action);
    const route = this.#route(request.resourceUri);
    if (request.notUnderstood) throw windowsFaults.notUnderstood(request.notUnderstood);
    if (request.invalidTimeout !== undefined) throw windowsFaults.invalidTimeout(request.invalidTimeout);
    const done = await route(action, request, this.#context(request.messageId), sender);
    // What only tells something can still be refused; output was cut to size.
    const { maxEnvelopeBytes } = this.#quotas;
    const envelopeBytes = Math.min(request.maxEnvelopeBytes ?? maxEnvelopeBytes, maxEnvelopeBytes);
    if ((action === 'Get' || action === 'Enumerate') && sizeOfParts(done.parts) > envelopeBytes) throw windowsFaults.answerTooLarge();
    return done;
  }

  #route(resourceUri: string): (action: ActionName, request: Request, context: ResponseContext, sender: Sender) => Promise<Done> | Done {
    switch (resourceUri.toLowerCase()) {
      case cmdShellUri:
        return (...asked) => this.#operations.perform(...asked);
      case shellUri:
        return (...asked) => this.#operations.survey(...asked);
      case shellCommandUri.toLowerCase():
        return (action, request, context) => this.#operations.surveyCommands(action, request, context);
      case configUri:
        return (action, _request, context) => {
          if (action !== 'Get') throw windowsFaults.actionMismatch(action);
          return { parts: configResponse(context, configInForce(this.#quotas, this.#settings)) };
        };
      default:
        throw windowsFaults.resourceNotFound(resourceUri);
    }
  }
}

function refusalFor(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof HeaderMissing) return windowsFaults.headerRequired();
  return error instanceof ProtocolViolation ? windowsFaults.schemaViolation(error.message) : undefined;
}
