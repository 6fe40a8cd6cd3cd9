import http from 'node:http';
import https from 'node:https';
import type { Call } from '../../core/call.ts';
import type { Listener } from './examination.ts';
import { within } from './examination.ts';
import { type Addresses, lookupOf } from './reach-port.ts';

/** More than any answer to a stranger needs. */
const MOST_BODY_BYTES = 64 << 10;

export interface PlainAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Each `WWW-Authenticate` on its own. */
  readonly challenges: readonly string[];
  /** Its head only, when it is longer than anybody needs. */
  readonly body: Buffer;
  readonly truncated: boolean;
}

export interface PlainRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * One request of a stranger on a connection of its own. Bounded in size, and in time as a whole, so that a server that drips or never ends holds
 * nobody up. Certificates are not judged here: nothing secret is sent.
 */
export function askPlainly(
  listener: Listener,
  addresses: Addresses | undefined,
  { headers, body }: PlainRequest,
  limitMs: number,
  call: Call,
): Promise<PlainAnswer> {
  return within(
    call,
    limitMs,
    'the answer',
    ({ signal }) =>
      new Promise((resolve, reject) => {
        const options: https.RequestOptions = {
          host: listener.host,
          port: listener.port,
          path: listener.path,
          method: 'POST',
          headers: { ...headers, 'content-length': body.length, 'accept-encoding': 'identity', 'user-agent': 'AniVault Lab' },
          agent: false,
          ...(addresses === undefined ? {} : { lookup: lookupOf(addresses) }),
          signal,
        };
        const request = listener.protocol === 'https' ? https.request({ ...options, ...lenientTls }) : http.request(options);
        request.once('error', reject);
        request.once('response', (response) => {
          const chunks: Buffer[] = [];
          let sizeBytes = 0;
          const end = (truncated: boolean): void => {
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              challenges: challengesOf(response.rawHeaders),
              body: Buffer.concat(chunks),
              truncated,
            });
            request.destroy();
          };
          response.on('data', (chunk: Buffer) => {
            const room = MOST_BODY_BYTES - sizeBytes;
            sizeBytes += chunk.length;
            chunks.push(chunk.subarray(0, Math.max(0, room)));
            if (sizeBytes > MOST_BODY_BYTES) end(true);
          });
          response.once('end', () => end(false));
          response.once('error', reject);
        });
        request.end(body);
      }),
  );
}

/** Accepts what no client should, so that it can be looked at and reported. */
export const lenientTls = { rejectUnauthorized: false, minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;

/** Node joins repeated headers by commas, which challenges contain themselves. */
function challengesOf(rawHeaders: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const value = rawHeaders[at + 1];
    if (rawHeaders[at]?.toLowerCase() === 'www-authenticate' && value !== undefined) found.push(value);
  }
  return found;
}
