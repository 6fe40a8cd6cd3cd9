import { type Socket, connect } from 'node:net';
import { Refusal } from './refusal.ts';

/** What is fetched, and who gets it. */
export interface HttpGet {
  /** `http://…`, with an address in it. */
  readonly url: string;
  /** Only these bytes: from the first up to before the second. */
  readonly range?: readonly [from: number, end: number];
  readonly signal: AbortSignal;
  /**
   * Gets the body piece by piece, in order; the next piece may come before it is done with this one. The bytes are gone when it is. A throw ends the
   * connection and is thrown.
   */
  readonly onBytes: (bytes: Buffer) => void | Promise<void>;
}

/** Silence after which a connection is given up. */
const SILENCE_MS = 20_000;
const MOST_HEAD_BYTES = 16 << 10;
/** Read at once. */
const READ_BYTES = 512 << 10;
/** Pieces that are being taken while the next one is read. */
const MOST_AHEAD = 3;
const END_OF_HEAD = '\r\n\r\n';

/**
 * Fetches by HTTP/1.1 over a connection of its own (RFC 9112) from a server that says how long its answer is, as the host's does; anything else is
 * no such server. Node's own client would do, but it makes a new buffer of each 64 KiB that arrive and takes as long to load as a small copy.
 * Settles when nobody is busy with the bytes any more. Rejects with a Refusal for an answer that is another than was asked for, and with whatever the
 * network says.
 */
export function httpGet({ url, range, signal, onBytes }: HttpGet): Promise<void> {
  const { hostname, port, host, pathname, search } = new URL(url);
  return new Promise<void>((resolve, reject) => {
    let head = Buffer.alloc(0);
    let leftBytes: number | undefined;
    const rooms: Buffer[] = [];
    let busy = 0;
    let outcome: { readonly error?: unknown } | undefined;
    const body = (bytes: Buffer): void | Promise<void> => {
      if (leftBytes === undefined || bytes.length > leftBytes) throw new Refusal('io', 'more arrived than was asked for');
      leftBytes -= bytes.length;
      const taking = bytes.length > 0 ? onBytes(bytes) : undefined;
      if (leftBytes === 0) settle({});
      return taking;
    };
    const take = (bytes: Buffer): void | Promise<void> => {
      if (leftBytes !== undefined) return body(bytes);
      head = Buffer.concat([head, bytes]);
      const end = head.indexOf(END_OF_HEAD);
      if (end === -1 && head.length > MOST_HEAD_BYTES) throw new Refusal('unreachable', 'the answer has no head');
      if (end === -1) return undefined;
      leftBytes = bodyBytesOf(head.toString('latin1', 0, end), range);
      return body(head.subarray(end + END_OF_HEAD.length));
    };
    /** The first outcome counts; it is told once nobody is busy. */
    const settle = (how: { readonly error?: unknown }): void => {
      outcome ??= how;
      signal.removeEventListener('abort', abort);
      socket.destroy();
      if (busy > 0) return;
      if ('error' in outcome) reject(outcome.error);
      else resolve();
    };
    const fail = (error: unknown): void => settle({ error });
    const abort = (): void => fail(signal.reason);
    const read = async (room: Buffer, bytes: Buffer): Promise<void> => {
      busy++;
      try {
        await take(bytes);
        rooms.push(room);
      } catch (error) {
        // Also when all has arrived: it has not been taken.
        if (outcome === undefined || !('error' in outcome)) outcome = { error };
      }
      busy--;
      if (outcome) settle(outcome);
      else if (busy === MOST_AHEAD - 1) socket.resume();
    };
    const socket: Socket = connect({
      // [::1] in an address
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 80),
      noDelay: true,
      onread: {
        buffer: () => rooms.pop() ?? Buffer.allocUnsafeSlow(READ_BYTES),
        callback: (size, room) => {
          if (outcome) return false;
          void read(room as Buffer, Buffer.from(room.buffer, room.byteOffset, size));
          return busy < MOST_AHEAD;
        },
      },
    });
    socket.setTimeout(SILENCE_MS, () => fail(new Error('the host fell silent')));
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('the connection ended early')));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) return abort();
    const lines = [
      `GET ${pathname}${search} HTTP/1.1`,
      `Host: ${host}`,
      'Connection: close',
      ...(range === undefined ? [] : [`Range: bytes=${range[0]}-${range[1] - 1}`]),
    ];
    socket.write(`${lines.join('\r\n')}${END_OF_HEAD}`);
    return undefined;
  });
}

/** How long the body is, by the head of the answer. Throws a Refusal when it is not the answer that was asked for. */
function bodyBytesOf(head: string, range: HttpGet['range']): number {
  // HTTP/1.1 206 Partial Content
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |\r|$)/.exec(head)?.[1]);
  if (status !== (range === undefined ? 200 : 206)) throw new Refusal('unreachable', `the answer is HTTP ${status}`);
  // content-length: 1048576
  const length = Number(/\r\ncontent-length:[\t ]*(\d{1,15})[\t ]*(?:\r|$)/i.exec(head)?.[1]);
  // Transfer-Encoding: chunked
  if (Number.isNaN(length) || /\r\ntransfer-encoding:/i.test(head))
    throw new Refusal('unreachable', 'the answer does not say how long it is');
  if (range !== undefined && length !== range[1] - range[0]) throw new Refusal('unreachable', `the answer has ${length} bytes`);
  return length;
}
