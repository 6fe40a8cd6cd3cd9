import { X509Certificate } from 'node:crypto';
import type http from 'node:http';
import type { Socket } from 'node:net';
import type { Secret } from '../../core/secret.ts';
import { SpareBuffers } from '../framing/spare-buffers.ts';
import { isSealed, sealBody, sealedContentType, soapContentType, unsealBody } from '../framing/sealed-body.ts';
import { parseRequest } from '../messages/request.ts';
import { type BindingPolicy, type CbtHardening, channelBindingHash } from '../ntlm/channel-binding.ts';
import type { SessionSecurity } from '../ntlm/session-security.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import type { Room } from '../soap/base64.ts';
import { type XmlPart, joinParts } from '../soap/xml-parts.ts';
import { ConnectionLogin } from './connection-login.ts';
import { Dispatcher } from './dispatcher.ts';
import { type ServiceCertificate, listen } from './listener.ts';
import type { GuestProcesses } from '../../core/guest-processes.ts';
import { type Quotas, windowsQuotas } from './quotas.ts';
import { ShellTable } from './shell-table.ts';

/** What a WinRM service is to be like. */
export interface EndpointOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly users: readonly { readonly name: string; readonly password: Secret }[];
  /** What starts processes in the guest. */
  readonly processes: GuestProcesses;
  readonly identity: { /** `10.0.19045` */ readonly osVersion: string; readonly computerName: string };
  /** Makes the service one over HTTPS; its messages then need no sealing. */
  readonly tls?: ServiceCertificate;
  /** Takes messages that are not sealed, and with them Basic, over plain HTTP. Default false, as on Windows. */
  readonly allowUnencrypted?: boolean;
  /** Takes Basic where the password is not readable on the way: over HTTPS, or where unencrypted messages are allowed. Default `allowUnencrypted`. */
  readonly basic?: boolean;
  /** What a log-in over HTTPS must say of the certificate it was made under. Default `relaxed`, as on Windows. */
  readonly cbtHardening?: CbtHardening;
  readonly quotas?: Partial<Quotas>;
}

/** A WinRM service in front of a guest. */
export interface WinrmEndpoint {
  readonly url: string;
  readonly port: number;
  /** Connections open at this moment. */
  readonly connections: () => number;
  /** Ends every command, closes every connection and stops listening. Harmless a second time. */
  readonly close: () => Promise<void>;
}

const SERVER = 'Microsoft-HTTPAPI/2.0';

/**
 * Starts a WinRM service that answers as Windows does ([MS-WSMV]). Rejects when the port cannot be listened on, the certificate is none, or
 * `strict` hardening asks for what is not defined for it.
 */
export async function startEndpoint(options: EndpointOptions): Promise<WinrmEndpoint> {
  const quotas: Quotas = { ...windowsQuotas, ...options.quotas };
  const shells = new ShellTable(options.processes, quotas);
  const takesUnsealed = options.tls !== undefined || (options.allowUnencrypted ?? false);
  const basic = takesUnsealed && (options.basic ?? options.allowUnencrypted ?? false);
  const binding = bindingOf(options);
  const service: Service = {
    dispatcher: new Dispatcher(shells, quotas, options.identity.osVersion, { allowUnencrypted: options.allowUnencrypted ?? false, basic }),
    quotas,
    takesUnsealed,
    login: () => new ConnectionLogin({ accounts: options.users, computerName: options.identity.computerName, basic, binding }),
  };
  const connections = new WeakMap<Socket, Connection>();
  const busy = new WeakSet<Socket>();
  const listener = await listen(options, (request, response) => {
    const { socket } = request;
    // No client pipelines, and sealed answers to pipelined messages could be sealed in the wrong order.
    if (busy.has(socket)) {
      socket.destroy();
      return;
    }
    busy.add(socket);
    const connection = connections.get(socket) ?? { login: service.login(), rooms: new SpareBuffers(1) };
    connections.set(socket, connection);
    serve(service, connection, request, response)
      .catch(() => socket.destroy())
      .finally(() => busy.delete(socket));
  });
  return {
    url: `${listener.origin}/wsman`,
    port: listener.port,
    connections: listener.connections,
    close: () => {
      shells.closeAll();
      return listener.close();
    },
  };
}

function bindingOf({ tls, cbtHardening = 'relaxed' }: EndpointOptions): BindingPolicy {
  const expected = tls && channelBindingHash(new X509Certificate(tls.cert).raw);
  if (tls && !expected && cbtHardening === 'strict')
    throw new TypeError('no channel binding is defined for this certificate, so that nobody could log in');
  return { expected, hardening: cbtHardening };
}

interface Service {
  readonly dispatcher: Dispatcher;
  readonly quotas: Quotas;
  readonly takesUnsealed: boolean;
  readonly login: () => ConnectionLogin;
}

/** What is kept of a connection between its messages. */
interface Connection {
  readonly login: ConnectionLogin;
  /** For the bodies of its large messages, one at a time. */
  readonly rooms: SpareBuffers;
}

async function serve(
  service: Service,
  { login, rooms }: Connection,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  // /wsman, /WSMAN?PSVersion=5.1, /wsman-anon/identify
  const path = /^\/wsman(?<anonymous>-anon\/identify)?\/?(?:\?.*)?$/i.exec(request.url ?? '');
  if (!path) return reply(response, 404);
  if (request.method !== 'POST') return reply(response, 405);
  const body = await readBody(request, service.quotas.maxEnvelopeBytes, rooms.take);
  if (body === undefined) return reply(response, 413, { close: true });
  const contentType = request.headers['content-type'] ?? '';
  const anonymous = path.groups?.['anonymous'] !== undefined;
  // DSP0226, 11: Identify may be asked without a log-in, and nothing else may.
  if (anonymous || request.headers['wsmanidentify']?.toString().toLowerCase() === 'unauthenticated') {
    if (isIdentify(body)) return reply(response, 200, { parts: service.dispatcher.identity() });
    if (anonymous) return reply(response, 400, { close: true });
  }
  let document = body;
  let session: SessionSecurity | undefined;
  let user: string;
  let challenges: readonly string[] | undefined;
  try {
    const checked = login.check(request.headers.authorization);
    ({ challenges } = checked);
    if (checked.kind === 'refused') return reply(response, 401, { challenges });
    if (body.length === 0) return reply(response, 200, { challenges });
    user = checked.user;
    if (isSealed(contentType)) {
      if (checked.session === undefined) return reply(response, 401, { challenges: ['Negotiate'], close: true });
      session = checked.session;
      document = unsealBody(body, contentType, session);
    } else if (!service.takesUnsealed) return reply(response, 500, { challenges });
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    return reply(response, 400, { close: true });
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const answer = await service.dispatcher.answer(document, { user, clientIp: request.socket.remoteAddress ?? '', gone: gone.signal });
  // What was in the message is out of it: its bytes in rooms of their own, its texts in strings.
  rooms.giveBack(body);
  if (gone.signal.aborted) {
    answer.undelivered?.();
    return undefined;
  }
  if (answer.undelivered) {
    response.once('close', () => {
      if (!response.writableFinished) answer.undelivered?.();
    });
  }
  return reply(response, answer.status, { parts: answer.parts, session, challenges });
}

/** Far more than Identify needs: strangers get no more of the parser. */
const MOST_STRANGERS_BYTES = 8192;

function isIdentify(body: Buffer): boolean {
  try {
    return body.length > 0 && body.length <= MOST_STRANGERS_BYTES && parseRequest(body, MOST_STRANGERS_BYTES).kind === 'identify';
  } catch (error) {
    if (error instanceof ProtocolViolation) return false;
    throw error;
  }
}

interface Content {
  readonly parts?: readonly XmlPart[];
  readonly session?: SessionSecurity | undefined;
  readonly challenges?: readonly string[] | undefined;
  readonly close?: boolean;
}

async function reply(response: http.ServerResponse, status: number, content: Content = {}): Promise<void> {
  const { parts, session, challenges, close } = content;
  const body = parts === undefined ? NOTHING : session === undefined ? joinParts(parts) : sealBody(parts, session);
  response.sendDate = true;
  response.writeHead(status, {
    ...(challenges === undefined ? {} : { 'WWW-Authenticate': [...challenges] }),
    ...(parts === undefined ? {} : { 'Content-Type': session === undefined ? soapContentType : sealedContentType }),
    Server: SERVER,
    ...(close ? { Connection: 'close' } : {}),
    'Content-Length': body.length,
  });
  const last = Math.max(0, body.length - MOST_UNFLUSHED_BYTES);
  // Whether it was written or the connection is lost: there is nothing else to do about it.
  if (last > 0) await new Promise<void>((resolve) => response.write(body.subarray(0, last), () => resolve()));
  response.end(body.subarray(last));
}

const NOTHING = Buffer.alloc(0);
/**
 * Below the mark at which Node takes a connection for clogged (64 KiB). A request that comes while it does makes Node pause its parser, and over
 * TLS what comes behind the headers in a record of its own, as Python sends its bodies, then breaks the connection (HPE_PAUSED). A client that has
 * read an answer may be quicker than Node is told that the answer was sent, so that no more than this may be under way at its end.
 */
const MOST_UNFLUSHED_BYTES = 32 << 10;

/** Read and dropped of a body that is too large, so that the client gets to hear why before the connection closes. */
const MOST_DROPPED_BYTES = 16 << 20;

/** A stranger who announces much and sends little gets no room for it. */
const LEAST_SHOWN_BYTES = 64 << 10;

/** The whole body, or `undefined` when it is larger than allowed. A large one whose size is known from the start is in `room`. */
async function readBody(request: http.IncomingMessage, mostBytes: number, room: Room): Promise<Buffer | undefined> {
  const announcedBytes = Number(request.headers['content-length'] ?? 0);
  const chunks: Buffer[] = [];
  let whole: Buffer | undefined;
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (whole !== undefined) chunk.copy(whole, sizeBytes);
    else if (sizeBytes + chunk.length <= mostBytes) chunks.push(chunk);
    else if (sizeBytes > MOST_DROPPED_BYTES) return undefined;
    sizeBytes += chunk.length;
    if (whole === undefined && sizeBytes >= LEAST_SHOWN_BYTES && announcedBytes > sizeBytes && announcedBytes <= mostBytes) {
      whole = room(announcedBytes);
      for (let at = 0, next = chunks.shift(); next !== undefined; at += next.length, next = chunks.shift()) next.copy(whole, at);
    }
  }
  if (sizeBytes > mostBytes) return undefined;
  return whole ?? (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, sizeBytes));
}
