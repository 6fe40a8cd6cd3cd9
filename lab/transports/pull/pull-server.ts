import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import path from 'node:path';
import type { PullRoute } from '../../core/guest.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { sendFile } from './send-file.ts';

/** One file that a guest may fetch. Disposing ends that, and what is being fetched. */
export interface PullOffer extends AsyncDisposable {
  /** Known to the one guest only. */
  readonly url: string;
}

/** What is offered: a file of this size, or bytes. */
export type PullContent = { readonly file: LocalPath; readonly sizeBytes: number } | Uint8Array;

const TOKEN_BYTES = 32;
const MOST_CONNECTIONS = 64;
const HEADERS_LIMIT_MS = 10_000;
/** A longest path for a Unix socket is 107 bytes (unix(7)). */
const LONGEST_SOCKET_PATH = 100;

interface Listening {
  /** What stands before the token. */
  readonly base: string;
  readonly close: () => Promise<void>;
}

interface Offered {
  readonly tokenDigest: Buffer;
  readonly content: PullContent;
  readonly onBytes: (count: number) => void;
  readonly responses: Set<ServerResponse>;
}

/**
 * Lets guests fetch single files of this host by HTTP: GET with ranges, under an address with 256 random bits. There is nothing to list, and
 * whatever is not exactly an offered address is 404 without a word. It listens only while something is offered.
 */
export class PullServer {
  readonly #route: PullRoute;
  readonly #offers = new Set<Offered>();
  #listening: Promise<Listening> | undefined;

  constructor(route: PullRoute) {
    this.#route = route;
  }

  /** `onBytes` hears of bytes as they leave. Throws when nothing can be listened on. */
  async offer(content: PullContent, onBytes: (count: number) => void = () => {}): Promise<PullOffer> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const offered: Offered = { tokenDigest: digestOf(token), content, onBytes, responses: new Set() };
    this.#offers.add(offered);
    const withdraw = async (): Promise<void> => {
      this.#offers.delete(offered);
      for (const response of offered.responses) response.destroy();
      if (this.#offers.size > 0) return;
      const last = this.#listening;
      this.#listening = undefined;
      await last?.then(
        ({ close }) => close(),
        () => {},
      );
    };
    try {
      const { base } = await (this.#listening ??= this.#listen());
      return { url: `${base}/${token}`, [Symbol.asyncDispose]: withdraw };
    } catch (error) {
      await withdraw();
      throw error;
    }
  }

  async #listen(): Promise<Listening> {
    // Another one each time: while one listener is being closed the next may open.
    const name = randomBytes(4).toString('hex');
    const server = createServer(
      { keepAliveTimeout: 1000, headersTimeout: HEADERS_LIMIT_MS, requestTimeout: HEADERS_LIMIT_MS },
      (request, response) => {
        this.#answer(request, response).catch(() => response.destroy());
      },
    );
    server.maxConnections = MOST_CONNECTIONS;
    const { listen, urlInGuest, hostInGuest } = this.#route;
    if ('host' in listen) {
      const port = await listening(server, () => server.listen(0, listen.host));
      const host = hostInGuest ?? listen.host;
      const inUrl = host.includes(':') ? `[${host}]` : host;
      return { base: `${urlInGuest ?? `http://${inUrl}:${port}`}/${name}`, close: () => closed(server) };
    }
    if (urlInGuest === undefined) throw new TypeError('a socket folder needs urlInGuest');
    // Through the folder's descriptor, where its own path is too long for a socket.
    const direct = path.join(listen.socketFolder, `${name}.sock`);
    const folder: FileHandle | undefined =
      Buffer.byteLength(direct) <= LONGEST_SOCKET_PATH ? undefined : await open(listen.socketFolder, 'r');
    try {
      await listening(server, () => server.listen(folder === undefined ? direct : `/proc/self/fd/${folder.fd}/${name}.sock`));
    } catch (error) {
      await folder?.close();
      throw error;
    }
    return {
      base: `${urlInGuest}/${name}`,
      close: async () => {
        await closed(server);
        await folder?.close();
      },
    };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const offered = request.method === 'GET' ? this.#find(request.url ?? '') : undefined;
    if (offered === undefined) {
      response.writeHead(404, { connection: 'close' }).end();
      return;
    }
    offered.responses.add(response);
    response.once('close', () => offered.responses.delete(response));
    const { content } = offered;
    const sizeBytes = content instanceof Uint8Array ? content.length : content.sizeBytes;
    const range = rangeOf(request.headers.range, sizeBytes);
    if (range === 'unsatisfiable') {
      response.writeHead(416, { 'content-range': `bytes */${sizeBytes}` }).end();
      return;
    }
    const { from, end } = range ?? { from: 0, end: sizeBytes };
    response.writeHead(range ? 206 : 200, {
      'content-type': 'application/octet-stream',
      'content-length': end - from,
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
      ...(range ? { 'content-range': `bytes ${from}-${end - 1}/${sizeBytes}` } : {}),
    });
    if (from === end) {
      response.end();
      return;
    }
    if (content instanceof Uint8Array) response.end(content.subarray(from, end), () => offered.onBytes(end - from));
    else await sendFile(content.file, { from, end }, response, offered.onBytes);
  }

  /** Every offer is compared, in the same time whatever the token. */
  #find(url: string): Offered | undefined {
    // /1a2b3c4d/… : the first part names a socket, for gateways on the way
    const token = /^\/[0-9a-f]{8}\/([\w-]{1,200})$/.exec(url)?.[1];
    if (token === undefined) return undefined;
    const given = digestOf(token);
    let found: Offered | undefined;
    for (const offered of this.#offers) if (timingSafeEqual(offered.tokenDigest, given)) found = offered;
    return found;
  }
}

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** A single range (RFC 9110, section 14.1.2); several, or what is no range, count as none asked for. */
function rangeOf(
  header: string | undefined,
  sizeBytes: number,
): { readonly from: number; readonly end: number } | 'unsatisfiable' | undefined {
  // bytes=0-99, bytes=100-
  const found = header === undefined ? null : /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header);
  if (found === null) return undefined;
  const from = Number(found[1]);
  const end = found[2] === '' ? sizeBytes : Math.min(Number(found[2]) + 1, sizeBytes);
  return from >= sizeBytes || end <= from ? 'unsatisfiable' : { from, end };
}

/** The port, once it listens. */
function listening(server: Server, start: () => void): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(LabError.of('copy.not-listening', { reason: error.message }, { cause: error })));
    server.once('listening', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
    start();
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
