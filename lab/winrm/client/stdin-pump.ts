import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { faultCodes } from '../faults/fault-catalogue.ts';
import { faultOf } from '../faults/fault.ts';
import type { RequestContext } from '../messages/request.ts';
import { mostSendBytes, sendRequest } from '../messages/send.ts';
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

/**
 * Sends a command's standard input, piece by piece on one socket: while one piece is in flight, the next is fetched, encoded and sealed. A piece
 * is never sent twice. Ends early, without complaint, when `over` aborts or the command no longer reads; rejects when the source or the wire fails.
 */
export async function pumpStdin(
  exchange: Exchange,
  shellId: string,
  commandId: string,
  stdin: Stdin,
  over: AbortSignal,
  call: Call,
): Promise<void> {
  const pieces = piecesOf(stdin)[Symbol.asyncIterator]();
  const pull = async (): Promise<Piece | undefined> => {
    const next = await untilOver(pieces.next(), over, call.signal);
    return next === undefined || next.done ? undefined : next.value;
  };
  let socket = await exchange.acquire(call);
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
        exchange.release(socket);
        socket = await exchange.acquire(call);
      }
    }
  };
  try {
    let piece = await pull();
    let ready = piece && prepare(piece);
    while (piece && ready && !over.aborted) {
      const sending = send(piece, ready);
      sending.catch(() => {});
      const nextPiece = await pull();
      const nextReady = nextPiece && socket.usable ? prepare(nextPiece) : undefined;
      await sending;
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

async function* piecesOf(stdin: Stdin): AsyncGenerator<Piece> {
  if (stdin instanceof Uint8Array) {
    let at = 0;
    do {
      const bytes = stdin.subarray(at, at + mostSendBytes);
      at += mostSendBytes;
      yield { bytes, end: at >= stdin.byteLength };
    } while (at < stdin.byteLength);
    return;
  }
  for await (const chunk of stdin) {
    for (let at = 0; at < chunk.byteLength; at += mostSendBytes) yield { bytes: chunk.subarray(at, at + mostSendBytes), end: false };
  }
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
