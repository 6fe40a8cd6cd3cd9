import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { faultCodes } from '../faults/fault-catalogue.ts';
import { faultOf } from '../faults/fault.ts';
import type { RequestContext } from '../messages/request.ts';
import { sendRequest } from '../messages/send.ts';
import type { Exchange } from './exchange.ts';
import { NotSent } from './one-connection.ts';
import type { Prepared, WinrmSocket } from './winrm-socket.ts';

/** What goes to a command's standard input, which is then closed. */
export type Stdin = Uint8Array | AsyncIterable<Uint8Array>;

/** Faults that say that nobody reads any more: the command ended or closed its input. */
const NOBODY_READS: ReadonlySet<number | undefined> = new Set([
  faultCodes.pipeEnded,
  faultCodes.pipeClosing,
  faultCodes.shellNotFound,
  faultCodes.aborted,
]);

interface Piece {
  readonly bytes: Uint8Array;
  readonly end: boolean;
}

interface Ready {
  readonly socket: WinrmSocket;
  readonly context: RequestContext;
  readonly message: Prepared;
}

const NOTHING = new Uint8Array(0);

/** From here on it is worth asking the host what it takes: less than any host in use refuses. */
const LARGE_BYTES = 100_000;

/**
 * Sends a command's standard input, piece by piece on one socket: while one piece is in flight, the next is fetched, encoded and sealed. A piece
 * is never sent twice once the host may have taken it; one that the host refuses for its size (HTTP 413, which is said before anything is read)
 * goes again in halves, and so do all that follow. Ends early, without complaint, when `over` aborts or the command no longer reads; rejects when
 * the source or the wire fails.
 */
export async function pumpStdin(
  exchange: Exchange,
  shellId: string,
  commandId: string,
  stdin: Stdin,
  over: AbortSignal,
  call: Call,
): Promise<void> {
  const { envelope } = exchange;
  const pieces = piecesOf(stdin, () => envelope.sendBytes)[Symbol.asyncIterator]();
  const pull = async (): Promise<Piece | undefined> => {
    const next = await untilOver(pieces.next(), over, call.signal);
    return next === undefined || next.done ? undefined : next.value;
  };
  let socket = await exchange.acquire(call);
  /** Set while one piece goes out in several messages: sealed messages must leave in the order they were sealed. */
  let inParts = false;
  const replaceSocket = async (): Promise<void> => {
    exchange.release(socket);
    socket = await exchange.acquire(call);
  };
  const prepare = (piece: Piece): Ready => {
    const context = exchange.context();
    return { socket, context, message: socket.prepare(sendRequest(context, shellId, { commandId, ...piece })) };
  };
  const send = async (piece: Piece, ready: Ready): Promise<void> => {
    for (;;) {
      try {
        const current = ready.socket === socket ? ready : prepare(piece);
        exchange.read({ name: 'Send' }, current.context, await exchange.post(socket, current.message, 'Send', call));
        return;
      } catch (error) {
        if (!(error instanceof NotSent)) throw error;
        // Idle for too long between two pieces: the connection was closed before this one left.
        await replaceSocket();
      }
    }
  };
  const deliver = async (piece: Piece, ready: Ready): Promise<void> => {
    const sizeBytes = piece.bytes.byteLength;
    if (sizeBytes <= envelope.sendBytes) {
      try {
        await send(piece, ready);
        return;
      } catch (error) {
        if (!(isTooLarge(error) && envelope.refused(sizeBytes))) throw error;
      }
    }
    inParts = true;
    // The host closes the connection on which it refused, and what was sealed for it must not go out on another.
    socket.close();
    await replaceSocket();
    for (const part of cut(piece, envelope.sendBytes)) await deliver(part, prepare(part));
    inParts = false;
  };
  try {
    let piece = await pull();
    if (piece && piece.bytes.byteLength > LARGE_BYTES) await exchange.learnEnvelope(call);
    let ready = piece && prepare(piece);
    while (piece && ready && !over.aborted) {
      const delivering = deliver(piece, ready);
      // A piece that is lost must be told though the source may have nothing more to give for hours.
      const lost = new Promise<never>((_, reject) => void delivering.catch(reject));
      const nextPiece = await Promise.race([pull(), lost]);
      const nextReady = nextPiece && !inParts && socket.usable ? prepare(nextPiece) : undefined;
      await delivering;
      piece = nextPiece;
      ready = nextPiece && (nextReady ?? prepare(nextPiece));
    }
  } catch (error) {
    if (!(error instanceof LabError && NOBODY_READS.has(faultOf(error)?.code))) throw error;
  } finally {
    exchange.release(socket);
    // Not awaited: a source that waits for something that never comes would hold everything up.
    pieces.return?.(undefined)?.catch(() => {});
  }
}

const isTooLarge = (error: unknown): boolean => error instanceof LabError && error.code === 'winrm.envelope-too-large';

/** In pieces of at most `mostBytes`; one piece, if an empty one, when there is nothing. */
function* cut({ bytes, end }: Piece, mostBytes: number): Generator<Piece> {
  let at = 0;
  do {
    const piece = bytes.subarray(at, at + mostBytes);
    at += mostBytes;
    yield { bytes: piece, end: end && at >= bytes.byteLength };
  } while (at < bytes.byteLength);
}

/** The input in pieces, as large as `mostBytes` says at the time. */
async function* piecesOf(stdin: Stdin, mostBytes: () => number): AsyncGenerator<Piece> {
  if (stdin instanceof Uint8Array) {
    let at = 0;
    do {
      const bytes = stdin.subarray(at, at + mostBytes());
      at += bytes.byteLength;
      yield { bytes, end: at >= stdin.byteLength };
    } while (at < stdin.byteLength);
    return;
  }
  for await (const chunk of stdin) if (chunk.byteLength > 0) yield* cut({ bytes: chunk, end: false }, mostBytes());
  yield { bytes: NOTHING, end: true };
}

/** The value, or `undefined` once `over` aborts; rejects when the call is aborted. */
function untilOver<T>(value: Promise<T>, over: AbortSignal, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    const abort = (): void => reject(signal.reason);
    const settle = (): void => {
      over.removeEventListener('abort', stop);
      signal.removeEventListener('abort', abort);
    };
    value.then(resolve, reject).finally(settle);
    if (over.aborted) stop();
    else if (signal.aborted) abort();
    over.addEventListener('abort', stop, { once: true });
    signal.addEventListener('abort', abort, { once: true });
  });
}
