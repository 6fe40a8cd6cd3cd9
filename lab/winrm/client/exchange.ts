import { randomUUID } from 'node:crypto';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { describeFaultCode, faultHint } from '../faults/fault-catalogue.ts';
import { WinrmFault, parseFault } from '../faults/fault.ts';
import { type ActionName, responseAction } from '../messages/actions.ts';
import type { WinrmConfig } from '../messages/config-schema.ts';
import { configRequest, parseConfigResponse } from '../messages/config.ts';
import { identifyRequest } from '../messages/identify.ts';
import type { RequestContext } from '../messages/request.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { parseEnvelope } from '../soap/envelope.ts';
import { namespaces } from '../soap/namespaces.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { EnvelopeLimit } from './envelope-limit.ts';
import { NotSent } from './one-connection.ts';
import { SocketPool } from './socket-pool.ts';
import type { Target } from './target.ts';
import type { Prepared, Reply, WinrmSocket } from './winrm-socket.ts';

const MOST_XML_BYTES = 1_100_000;
/** How much longer than the server's own time-out an answer may take. */
const GRACE_MS = 15_000;
/** Sockets tried when messages do not even leave. */
const MOST_UNSENT = 3;
/** Ways in which a host says that it does not tell its settings. */
const REFUSALS: ReadonlySet<string> = new Set(['winrm.fault', 'winrm.protocol-violation']);
/** Repetitions of a message that may be repeated after its connection broke. */
const MOST_REPEATS = 2;

/** A message of a client: what it is, how it is built, and whether it does no harm a second time. */
export interface Message {
  readonly name: ActionName | 'Identify';
  readonly build: (context: RequestContext) => readonly XmlPart[];
  /** `never`: its effect is unknown once the connection broke, and repeating it could do it twice. */
  readonly repeat: 'never' | 'when-lost';
}

/** Exchanges messages with one target: a SOAP request out, the body of its answer or a fault back. */
export class Exchange {
  readonly target: Target;
  /** How large messages may be; answers are asked for no larger. */
  readonly envelope = new EnvelopeLimit();
  readonly #operationTimeoutMs: number;
  readonly #pool: SocketPool;
  #asked = false;
  readonly #sessionId = `uuid:${randomUUID().toUpperCase()}`;

  constructor(target: Target, operationTimeoutMs: number) {
    this.target = target;
    this.#operationTimeoutMs = operationTimeoutMs;
    this.#pool = new SocketPool(target);
  }

  close(): void {
    this.#pool.close();
  }

  /** Sends a message on any free socket. A fault is thrown as `winrm.fault` with a {@link WinrmFault} as its cause. */
  async ask(message: Message, call: Call): Promise<XmlElement> {
    const context = this.context();
    const parts = message.build(context);
    for (let lost = 0; ; lost++) {
      try {
        return this.read(message, context, await this.#post(message, parts, call));
      } catch (error) {
        const again =
          message.repeat === 'when-lost' && lost < MOST_REPEATS && error instanceof LabError && error.code === 'winrm.connection-lost';
        if (!again) throw error;
      }
    }
  }

  /** Sends a message and reads the body of its answer. What `read` cannot make sense of is thrown as `winrm.protocol-violation`. */
  async query<T>(message: Message, read: (body: XmlElement) => T, call: Call): Promise<T> {
    const body = await this.ask(message, call);
    try {
      return read(body);
    } catch (error) {
      throw this.#violation(error);
    }
  }

  #violation(error: unknown): unknown {
    return error instanceof ProtocolViolation
      ? LabError.of('winrm.protocol-violation', { url: this.target.url, what: error.message }, { cause: error })
      : error;
  }

  /** The service's settings; what they say of the envelope size is taken to heart. */
  async config(call: Call): Promise<WinrmConfig> {
    const message: Message = { name: 'Get', build: configRequest, repeat: 'when-lost' };
    const config = await this.query(message, parseConfigResponse, call);
    this.envelope.learn(config);
    return config;
  }

  /** Finds out once how large messages may be. A user who may not read the settings goes on with what Windows allows by default. */
  async learnEnvelope(call: Call): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    await this.config(call).catch((error: unknown) => {
      if (!(error instanceof LabError && REFUSALS.has(error.code))) throw error;
    });
  }

  /** The header values of a new message. */
  context(): RequestContext {
    return {
      to: this.target.url,
      messageId: `uuid:${randomUUID().toUpperCase()}`,
      sessionId: this.#sessionId,
      maxEnvelopeBytes: this.envelope.bytes,
      operationTimeoutMs: this.#operationTimeoutMs,
    };
  }

  /** A socket to post several messages on in a row; they are prepared by the caller. */
  acquire(call: Call): Promise<WinrmSocket> {
    return this.#pool.acquire(call);
  }

  release(socket: WinrmSocket): void {
    this.#pool.release(socket);
  }

  post(socket: WinrmSocket, prepared: Prepared, name: string, call: Call): Promise<Reply> {
    return socket.post(prepared, name, this.#operationTimeoutMs + GRACE_MS, call);
  }

  /** Posts on a free socket, on another one when the message provably was not taken: it never left, or the login was no longer known. */
  async #post(message: Message, parts: readonly XmlPart[], call: Call): Promise<Reply> {
    for (let attempt = 1; ; attempt++) {
      const socket = await this.#pool.acquire(call);
      try {
        const reply = await this.post(socket, socket.prepare(parts), message.name, call);
        if (reply.status !== 401 || attempt > 1) return reply;
        socket.close();
        if (this.target.authentication === 'basic') return reply;
      } catch (error) {
        if (!(error instanceof NotSent)) throw error;
        if (attempt >= MOST_UNSENT) {
          throw LabError.of(
            'winrm.connection-lost',
            { url: this.target.url, action: message.name, reason: 'the guest closes every connection at once' },
            { cause: error },
          );
        }
      } finally {
        this.#pool.release(socket);
      }
    }
  }

  /** Reads an answer: checks that it is one, that it belongs to the message, and that it is no fault. */
  read(message: Pick<Message, 'name'>, context: RequestContext, reply: Reply): XmlElement {
    try {
      if (reply.body.length === 0 || (reply.status !== 200 && reply.status !== 500)) throw this.#refusal(message.name, reply);
      const { header, body } = parseEnvelope(reply.body, MOST_XML_BYTES);
      const relatesTo = header?.textOf(namespaces.a, 'RelatesTo');
      const fault = parseFault(body);
      // Windows leaves RelatesTo out of faults about messages it could not read, and about its quotas.
      if (
        message.name !== 'Identify' &&
        !(fault && relatesTo === undefined) &&
        relatesTo?.toLowerCase() !== context.messageId.toLowerCase()
      ) {
        throw new ProtocolViolation(`the answer to ${message.name} belongs to another message`);
      }
      if (fault) {
        const values = {
          action: message.name,
          code: fault.code === undefined ? (fault.subcode ?? fault.value) : describeFaultCode(fault.code),
          reason: fault.reason,
          advice: faultHint(fault.code),
        };
        throw LabError.of('winrm.fault', values, { cause: new WinrmFault(fault), where: this.target.url });
      }
      if (message.name !== 'Identify' && header?.textOf(namespaces.a, 'Action') !== responseAction(message.name)) {
        throw new ProtocolViolation(`the answer to ${message.name} is of another kind`);
      }
      return body;
    } catch (error) {
      throw this.#violation(error);
    }
  }

  /** What an HTTP answer without a SOAP message means. */
  #refusal(action: string, reply: Reply): LabError | ProtocolViolation {
    const { url, user, authentication, tls } = this.target;
    if (reply.status === 401) {
      const advice =
        authentication === 'basic' && !tls
          ? 'Windows also refuses Basic over plain HTTP unless AllowUnencrypted is true: prefer NTLM.'
          : 'The login of this connection was no longer accepted.';
      return LabError.of('winrm.authentication-refused', { url, user, scheme: authentication === 'basic' ? 'Basic' : 'NTLM', advice });
    }
    if (reply.status === 500 && authentication === 'basic' && !tls) return LabError.of('winrm.unencrypted-refused', { url });
    if (reply.status === 413) return LabError.of('winrm.envelope-too-large', { url, action });
    return new ProtocolViolation(`HTTP ${reply.status} instead of a SOAP answer`);
  }
}

/** Asks who is there, as the user that logs in. */
export const identify: Message = { name: 'Identify', build: identifyRequest, repeat: 'when-lost' };
