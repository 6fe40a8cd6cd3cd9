import net from 'node:net';
import { ConnectionLogin, type LoginOptions } from '../endpoint/connection-login.ts';
import { isSealed, sealBody, sealedContentType, unsealBody } from '../framing/sealed-body.ts';
import { writeNegotiate } from '../ntlm/negotiate-header.ts';
import type { SessionSecurity } from '../ntlm/session-security.ts';
import { mutateBytes } from './mutate-bytes.ts';
import type { Plan } from './plan.ts';
import { Random } from './random.ts';
import { carried, healthyAnswer, questionOf, spoiltAnswer, spoiltDocument } from './response-corpus.ts';

/** What the server does to one client. A plan is used up by the first answer it is for. */
export interface Script {
  readonly plans: Plan[];
  /** Told when an answer is spoilt. */
  readonly onSpoilt: () => void;
}

interface Asked {
  readonly script: Script;
  readonly head: string;
  readonly body: Buffer;
}

/** A service that answers as scripts say. A client's script is named by the number behind the `?` of its URL. */
export interface HostileServer {
  readonly port: number;
  readonly scripts: Map<string, Script>;
  readonly close: () => Promise<void>;
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n';

/** Answers with what is healthy but for what the scripts want spoilt. */
export async function startHostileServer(options: LoginOptions): Promise<HostileServer> {
  const scripts = new Map<string, Script>();
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    const connection = new Connection(options);
    let unread = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      for (let end = unread.indexOf('\r\n\r\n'); end !== -1; end = unread.indexOf('\r\n\r\n')) {
        const head = unread.toString('latin1', 0, end);
        const sizeBytes = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
        if (unread.length < end + 4 + sizeBytes) return;
        const body = unread.subarray(end + 4, end + 4 + sizeBytes);
        unread = unread.subarray(end + 4 + sizeBytes);
        // POST /wsman?17 HTTP/1.1
        const script = scripts.get(/^POST \/wsman\?(\d+) /.exec(head)?.[1] ?? '') ?? { plans: [], onSpoilt: () => {} };
        const { bytes, next } = connection.answer({ script, head, body });
        if (next === 'hold') return;
        if (next === 'close') socket.end(bytes);
        else socket.write(bytes);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    scripts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Said {
  readonly bytes: Buffer;
  /** `hold`: nothing is said, and the connection stays as it is. */
  readonly next: 'keep' | 'close' | 'hold';
}

class Connection {
  readonly #login: ConnectionLogin;
  #session: SessionSecurity | undefined;

  constructor(options: LoginOptions) {
    this.#login = new ConnectionLogin(options);
  }

  answer({ script, head, body }: Asked): Said {
    const authorization = /^authorization: (Negotiate .*)$/im.exec(head)?.[1];
    const request =
      this.#session && isSealed(/^content-type: (.*)$/im.exec(head)?.[1])
        ? unsealBody(Buffer.from(body), sealedContentType, this.#session).toString()
        : body.toString();
    const question = authorization === undefined ? questionOf(request) : 'log-in';
    const at = script.plans.findIndex(({ what }) => what === question);
    const [plan] = at === -1 ? [] : script.plans.splice(at, 1);
    const random = plan && new Random(plan.seed);
    if (plan) script.onSpoilt();
    if (random?.oneIn(300)) return { bytes: Buffer.alloc(0), next: 'hold' };
    if (authorization !== undefined) return this.#logIn(authorization, random);
    return random ? this.#spoil(random, request) : { bytes: this.#sealed(Buffer.from(healthyAnswer(request))), next: 'keep' };
  }

  #logIn(authorization: string, random: Random | undefined): Said {
    const login = this.#login.check(authorization);
    if (login.kind === 'accepted') this.#session = login.session;
    const header = login.challenges?.[0]?.replace('Negotiate ', '');
    const token = header === undefined ? undefined : Buffer.from(header, 'base64');
    const status = login.kind === 'accepted' ? OK : 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n';
    if (random?.oneIn(8))
      return {
        bytes: mutateBytes(random, Buffer.from(`${status}WWW-Authenticate: ${writeNegotiate(token ?? Buffer.from('x'))}\r\n\r\n`)),
        next: 'close',
      };
    const sent = token && writeNegotiate(random ? mutateBytes(random, token) : token);
    return { bytes: Buffer.from(`${status}${sent === undefined ? '' : `WWW-Authenticate: ${sent}\r\n`}\r\n`), next: 'keep' };
  }

  #spoil(random: Random, request: string): Said {
    if (this.#session === undefined) return { bytes: spoiltAnswer(random, request), next: 'close' };
    // What is sealed can be wrong within or without.
    if (random.oneIn(2)) return { bytes: this.#sealed(spoiltDocument(random, request)), next: 'close' };
    const body = mutateBytes(random, sealBody([healthyAnswer(request)], this.#session));
    return {
      bytes: carried(200, body, { 'Content-Type': random.oneIn(6) ? 'multipart/encrypted;boundary=x' : sealedContentType }),
      next: 'close',
    };
  }

  #sealed(document: Buffer): Buffer {
    const status = document.includes('Fault>') ? 500 : 200;
    return this.#session
      ? carried(status, sealBody([document.toString('latin1')], this.#session), { 'Content-Type': sealedContentType })
      : carried(status, document);
  }
}
