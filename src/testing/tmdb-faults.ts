import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** What the stand-in can do instead of answering. */
export const faultKinds = [
  '429-seconds',
  '429-date',
  '429-bare',
  'status-500',
  'status-503',
  'hang',
  'reset',
  'truncated',
  'cut-json',
  'html',
  'empty',
  'not-utf8',
  'wrong-types',
  'null-results',
  'deep',
  'huge',
  'gzip-bomb',
  'slow-drip',
  'redirect',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** A fault for the next `times` requests. */
export interface Fault {
  readonly kind: FaultKind;
  readonly times: number;
  /** For `429-…`: how long to pause. For `429-date` also how wrong the server's clock is. */
  readonly seconds?: number;
  readonly clockAheadSeconds?: number;
}

const HUGE_BYTES = 100 * 2 ** 20;
const packedMebibyte = gzipSync(Buffer.alloc(2 ** 20, 0x20));

/** Does what a fault says to one response. `body` is what a good answer would have been. */
export function commitFault(fault: Fault, response: ServerResponse, body: string): void {
  const json = (status: number, text: string | Buffer, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers }).end(text);
  };
  const seconds = fault.seconds ?? 1;
  const tooMany = JSON.stringify({ status_code: 25, status_message: 'Your request count is over the allowed limit.', success: false });
  switch (fault.kind) {
    case '429-seconds':
      return json(429, tooMany, { 'retry-after': String(seconds) });
    case '429-date': {
      const date = Math.ceil(Date.now() / 1000) * 1000 + (fault.clockAheadSeconds ?? 0) * 1000;
      return json(429, tooMany, { date: new Date(date).toUTCString(), 'retry-after': new Date(date + seconds * 1000).toUTCString() });
    }
    case '429-bare':
      return json(429, tooMany);
    case 'status-500':
      return json(500, JSON.stringify({ status_code: 11, status_message: 'Internal error.', success: false }));
    case 'status-503':
      return json(503, '<html>Service Unavailable</html>');
    case 'hang':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'truncated':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body) + 10) });
      response.write(body.slice(0, Math.floor(body.length / 2)));
      setTimeout(() => response.socket?.destroy(), 20);
      return;
    case 'cut-json':
      return json(200, body.slice(0, Math.floor(body.length / 2)));
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in to the hotel network</title>');
      return;
    case 'empty':
      return json(200, '');
    case 'not-utf8':
      return json(200, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]));
    case 'wrong-types':
      return json(200, body.replaceAll(/"id":\d+/g, '"id":"seven"').replaceAll(/"success":true/g, '"success":"yes"'));
    case 'null-results':
      return json(200, '{"page":1,"results":null,"total_pages":null,"total_results":-3}');
    case 'deep':
      return json(200, `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`);
    case 'huge': {
      response.writeHead(200, { 'content-type': 'application/json' });
      drip(response, Buffer.alloc(2 ** 20, 0x20), HUGE_BYTES / 2 ** 20, 0);
      return;
    }
    case 'gzip-bomb':
      // A hundred members of a mebibyte each (RFC 1952, 2.2), so that the bomb is small on this side as well.
      return json(200, Buffer.concat(Array.from({ length: HUGE_BYTES / 2 ** 20 }, () => packedMebibyte)), { 'content-encoding': 'gzip' });
    case 'slow-drip':
      response.writeHead(200, { 'content-type': 'application/json' });
      drip(response, Buffer.from(' '), 10_000, 50);
      return;
    case 'redirect':
      response.writeHead(302, { location: 'http://127.0.0.1:9/elsewhere' }).end();
      return;
  }
}

/** Writes a piece many times, no faster than the reader takes them. */
function drip(response: ServerResponse, piece: Buffer, times: number, everyMs: number): void {
  if (response.destroyed) return;
  if (times === 0) response.end();
  else if (everyMs > 0) {
    response.write(piece);
    setTimeout(() => drip(response, piece, times - 1, everyMs), everyMs).unref();
  } else response.write(piece, () => drip(response, piece, times - 1, everyMs));
}
