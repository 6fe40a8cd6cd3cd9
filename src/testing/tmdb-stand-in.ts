import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type CatalogueTitle, tmdbCatalogue } from './tmdb-catalogue.ts';
import { detailsOf, searchIn, seasonDetailsOf } from './tmdb-stand-in-answers.ts';
import { type Fault, commitFault, faultKinds } from './tmdb-faults.ts';

/** A request that the stand-in got. */
export interface SeenRequest {
  /** Milliseconds of a clock that does not jump. */
  readonly at: number;
  /** Path and query, the key left out. */
  readonly what: string;
  readonly keyKind: 'v3' | 'v4' | 'none';
  readonly packed: boolean;
}

/** A server on this machine that answers as TMDB does, as far as the program asks it. Stops when it is disposed of. */
export interface TmdbStandIn extends AsyncDisposable {
  /** For `ANIVAULT_TMDB_URL`. */
  readonly url: string;
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  /** Connections that were made. */
  readonly connections: () => number;
  /** Faults are used up in the order they were added, one a request. */
  readonly add: (...faults: readonly Fault[]) => void;
  readonly clearFaults: () => void;
}

export interface StandInOptions {
  /** 0: any. */
  readonly port?: number;
  readonly titles?: readonly CatalogueTitle[];
  /** Time before each answer. */
  readonly delayMs?: number;
}

/** The keys that the stand-in takes. Made up, and of the right form. */
export const standInKeys = {
  v3: '0123456789abcdef0123456789abcdef',
  v4: 'eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJzdGFuZC1pbiJ9.bWFkZS11cC1zaWduYXR1cmU',
} as const;

const MOST_CONTROL_BYTES = 65_536;
/** As in TMDB's answers. */
const noKey = { status_code: 7, status_message: 'Invalid API key: You must be granted a valid key.', success: false };
const notFound = { success: false, status_code: 34, status_message: 'The resource you requested could not be found.' };

/**
 * Starts the stand-in on 127.0.0.1. Other processes can add faults with `POST /stand-in/faults` and a JSON array of them, and read what was asked with
 * `GET /stand-in/seen`.
 */
export async function startTmdbStandIn(options: StandInOptions = {}): Promise<TmdbStandIn> {
  const titles = options.titles ?? tmdbCatalogue;
  const seen: SeenRequest[] = [];
  const faults: Fault[] = [];
  let connections = 0;
  const add = (...more: readonly Fault[]): void => {
    for (const fault of more) for (let index = 0; index < fault.times; index += 1) faults.push({ ...fault, times: 1 });
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    if (url.pathname === '/stand-in/faults' && request.method === 'POST') {
      add(...faultsIn(await bodyOf(request)));
      response.writeHead(204).end();
      return;
    }
    if (url.pathname === '/stand-in/seen') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(seen));
      return;
    }
    const key = keyOf(request, url);
    url.searchParams.delete('api_key');
    const packed = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    seen.push({ at: performance.now(), what: url.pathname + url.search, keyKind: key.kind, packed });
    if (options.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, options.delayMs));
    const { status, body } = key.good ? answer(url, titles) : { status: 401, body: noKey };
    const text = JSON.stringify(body);
    const fault = faults.shift();
    if (fault !== undefined) {
      commitFault(fault, response, text);
      return;
    }
    const headers = { 'content-type': 'application/json;charset=utf-8', 'cache-control': 'public, max-age=21600' };
    if (packed) response.writeHead(status, { ...headers, 'content-encoding': 'gzip' }).end(gzipSync(text));
    else response.writeHead(status, headers).end(text);
  };

  const server: Server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    seen,
    connections: () => connections,
    add,
    clearFaults: () => {
      faults.length = 0;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) {
    text += String(piece);
    if (text.length > MOST_CONTROL_BYTES) throw new RangeError('too many faults');
  }
  return text;
}

function faultsIn(text: string): readonly Fault[] {
  const faults = JSON.parse(text) as readonly Fault[];
  for (const fault of faults) {
    if (!faultKinds.includes(fault.kind) || !(fault.times >= 0 && fault.times <= 10_000)) throw new TypeError(`no fault: ${text}`);
  }
  return faults;
}

function keyOf(request: IncomingMessage, url: URL): { readonly kind: SeenRequest['keyKind']; readonly good: boolean } {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return { kind: 'v4', good: bearer === standInKeys.v4 };
  const key = url.searchParams.get('api_key');
  return { kind: key === null ? 'none' : 'v3', good: key === standInKeys.v3 };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

// /3/tv/1001 · /3/tv/1001/season/2 · /3/movie/5001
const ONE_TITLE = /^\/3\/(tv|movie)\/(\d+)(?:\/season\/(\d+))?$/;
// /3/search/tv
const SEARCH = /^\/3\/search\/(tv|movie|multi)$/;

function answer(url: URL, titles: readonly CatalogueTitle[]): Answer {
  if (url.pathname === '/3/authentication') return { status: 200, body: { success: true, status_code: 1, status_message: 'Success.' } };
  const query = url.searchParams;
  const kind = SEARCH.exec(url.pathname)?.[1] as 'tv' | 'movie' | 'multi' | undefined;
  if (kind !== undefined) {
    const page = Number(query.get('page') ?? 1);
    if (!(page >= 1 && page <= 500)) {
      return { status: 400, body: { success: false, status_code: 22, status_message: 'Invalid page: Pages start at 1 and max at 500.' } };
    }
    return { status: 200, body: searchIn(titles, kind, query, page) };
  }
  const [, of, id, season] = ONE_TITLE.exec(url.pathname) ?? [];
  const title = titles.find((one) => one.kind === of && one.id === Number(id));
  const language = query.get('language') ?? 'en-US';
  if (title === undefined) return { status: 404, body: notFound };
  const body = season === undefined ? detailsOf(title, language) : seasonDetailsOf(title, Number(season));
  return body === undefined ? { status: 404, body: notFound } : { status: 200, body };
}
