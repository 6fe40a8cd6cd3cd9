import type { Call } from '../../core/call.ts';
import { SpareBuffers } from '../framing/spare-buffers.ts';
import { isSealed, sealBody, sealedContentType, soapContentType, unsealBody } from '../framing/sealed-body.ts';
import { readChallenges } from '../ntlm/negotiate-header.ts';
import type { SessionSecurity } from '../ntlm/session-security.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { type XmlPart, joinParts } from '../soap/xml-parts.ts';
import { type LoginAnswer, handshakeLimitMs, ntlmLogIn } from './ntlm-log-in.ts';
import { NotSent, type OneConnection, oneConnection } from './one-connection.ts';
import type { Target } from './target.ts';
import { wireError } from './wire-errors.ts';

/** Twice what is asked for with MaxEnvelopeSize: multipart wrapper and a server that counts differently. */
const MOST_ANSWER_BYTES = 1_100_000;
const NOTHING = Buffer.alloc(0);

/** A message ready for one socket: when it is sealed, it can be sent on no other and in no other order. */
export interface Prepared {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What came back, unsealed. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

interface RawReply extends Reply {
  readonly offers: readonly string[];
}

/** One authenticated connection. Carries one message at a time; once it breaks it stays broken. */
export class WinrmSocket {
  readonly #target: Target;
  readonly #connection: OneConnection;
  readonly #spare = new SpareBuffers();
  #session: SessionSecurity | undefined;
  #usable = true;
  /** Prepared and not yet posted. */
  #unsent = 0;
  /** Whether a message has been taken since the log-in. */
  #proven = false;
  #forgotten = false;

  private constructor(target: Target, connection: OneConnection) {
    this.#target = target;
    this.#connection = connection;
    connection.http.on('disconnect', () => {
      this.#usable = false;
    });
  }

  /** Connects and logs in. With Basic there is nothing more to do before the first message. */
  static async open(target: Target, call: Call): Promise<WinrmSocket> {
    const connection = await oneConnection(target, call).catch((error: unknown) => {
      throw wireError(error, target, 'connecting', handshakeLimitMs, call);
    });
    const socket = new WinrmSocket(target, connection);
    try {
      if (target.authentication === 'ntlm') await socket.#logIn(call);
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Whether another message may be sent on it. A message that was sealed and never sent leaves a gap that the other end takes for an attack. */
  get usable(): boolean {
    return this.#usable && this.#unsent === 0;
  }

  /** Whether the server no longer knew the log-in of this connection. */
  get forgotten(): boolean {
    return this.#forgotten;
  }

  close(): void {
    this.#usable = false;
    this.#connection.close();
  }

  /** Makes a message ready. Prepared messages must be posted in the order they were prepared, each once. */
  prepare(parts: readonly XmlPart[]): Prepared {
    this.#unsent++;
    if (this.#session && !this.#target.tls)
      return { headers: { 'content-type': sealedContentType }, body: sealBody(parts, this.#session, this.#spare.take) };
    const headers: Record<string, string> = { 'content-type': soapContentType };
    if (this.#target.authentication === 'basic') {
      headers['authorization'] = `Basic ${Buffer.from(`${this.#target.user}:${this.#target.password.reveal()}`).toString('base64')}`;
    }
    return { headers, body: joinParts(parts, this.#spare.take) };
  }

  /**
   * Sends a message and waits for the answer, at most `limitMs`. Rejects with {@link NotSent} when it never left or was refused unread because the
   * server had forgotten the log-in, else with an error of the catalogue; the socket is unusable after either.
   */
  async post(message: Prepared, action: string, limitMs: number, call: Call): Promise<Reply> {
    this.#unsent--;
    try {
      const reply = await this.#exchange(message, action, limitMs, call);
      // Whoever took the message has read all of it.
      if (reply.status === 200) this.#spare.giveBack(message.body);
      if (reply.status === 401 && this.#proven) {
        this.#forgotten = true;
        throw new NotSent('the log-in of the connection is no longer known');
      }
      this.#proven = this.#target.authentication === 'ntlm';
      if (!isSealed(reply.contentType)) {
        if (this.#session === undefined || this.#target.tls) return reply;
        // Only whoever did not read a sealed message answers it unsealed: its content cannot be trusted, and its reader is now out of step with us.
        this.close();
        return { ...reply, body: NOTHING };
      }
      if (this.#session === undefined) throw new ProtocolViolation('a sealed answer came on a connection without keys');
      return { ...reply, body: unsealBody(reply.body, reply.contentType, this.#session) };
    } catch (error) {
      this.close();
      throw wireError(error, this.#target, action, limitMs, call);
    }
  }

  async #logIn(call: Call): Promise<void> {
    const ask = async (authorization: string): Promise<LoginAnswer> => {
      const message = { headers: { authorization, 'content-type': soapContentType }, body: NOTHING };
      const { status, offers } = await this.#exchange(message, 'the log-in', handshakeLimitMs, call);
      return { status, challenges: readChallenges(offers) };
    };
    this.#session = await ntlmLogIn(this.#target, this.#connection.certificate, ask, call);
  }

  async #exchange(message: Prepared, action: string, limitMs: number, call: Call): Promise<RawReply> {
    call.signal.throwIfAborted();
    const { statusCode, headers, body } = await this.#connection.http.request({
      path: this.#target.path,
      method: 'POST',
      headers: { ...message.headers, 'accept-encoding': 'identity', 'user-agent': 'AniVault Lab' },
      body: message.body,
      signal: call.signal,
      headersTimeout: limitMs,
      bodyTimeout: limitMs,
    });
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > MOST_ANSWER_BYTES) throw new ProtocolViolation(`the answer to ${action} is longer than ${MOST_ANSWER_BYTES} bytes`);
      chunks.push(chunk);
    }
    const offers = headers['www-authenticate'];
    return {
      status: statusCode,
      contentType: String(headers['content-type'] ?? ''),
      body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
      offers: offers === undefined ? [] : [offers].flat(),
    };
  }
}
