import net from 'node:net';

/** What a connection came to. */
export interface RawExchange {
  /** Everything that was answered. */
  readonly answer: Buffer;
  /** Whether the other end was done with the connection before the time was over. */
  readonly closed: boolean;
}

/** After which a request that is not answered is taken for one the server still waits for the rest of. */
const PATIENCE_MS = 150;

/**
 * Sends bytes over a connection of their own, piece by piece, and reads what comes until the server closes. It is asked to, by closing our half,
 * once it has answered or is not going to.
 */
export function exchangeRaw(port: number, pieces: readonly Buffer[], limitMs: number): Promise<RawExchange> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  const chunks: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<RawExchange>();
  const settle = (closed: boolean): void => {
    clearTimeout(limit);
    clearTimeout(patience);
    socket.destroy();
    resolve({ answer: Buffer.concat(chunks), closed });
  };
  const limit = setTimeout(() => settle(false), limitMs);
  const leave = (): void => void socket.end();
  let patience = setTimeout(leave, PATIENCE_MS);
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    clearTimeout(patience);
    const whole = readResponses(Buffer.concat(chunks));
    // A large answer comes in many chunks, and several requests are answered one after another.
    patience = setTimeout(leave, whole === undefined || pieces.length > 1 ? PATIENCE_MS : 0);
  });
  socket.on('close', () => settle(true));
  socket.on('error', () => {});
  const rest = pieces[Symbol.iterator]();
  const write = (): void => {
    const { value, done } = rest.next();
    if (done || socket.destroyed) return;
    socket.write(value, () => setImmediate(write));
  };
  write();
  return promise;
}

const NO_CHUNKS = '0\r\n\r\n';

/** A response taken apart. */
export interface RawResponse {
  readonly status: number;
  readonly body: Buffer;
}

/** All responses in what a server sent; `undefined` when the last one is not whole or it is no HTTP. */
export function readResponses(bytes: Buffer): readonly RawResponse[] | undefined {
  const responses: RawResponse[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf('\r\n\r\n', at);
    if (end === -1) return undefined;
    const head = bytes.toString('latin1', at, end);
    // HTTP/1.1 200 OK
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
    const sizeBytes = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    // How Node answers by itself: chunks, and none of them.
    const chunks = /^transfer-encoding: chunked$/im.test(head) ? NO_CHUNKS : '';
    if (status === undefined || end + 4 + sizeBytes + chunks.length > bytes.length) return undefined;
    at = end + 4 + sizeBytes + chunks.length;
    const body = bytes.subarray(end + 4, at);
    // 100 Continue is only on the way to an answer.
    if (status !== '100') responses.push({ status: Number(status), body: body.equals(Buffer.from(chunks)) ? Buffer.alloc(0) : body });
  }
  return responses;
}
