import { ProgramError } from '../core/program-error.ts';

/** More than the longest answer TMDB gives, a season of a thousand episodes with everybody in it. */
export const MOST_BODY_BYTES = 8 * 2 ** 20;

/**
 * Reads the body of an answer, unpacked, as text. Stops at the bound, so that neither a hundred megabytes nor a small packed body that grows to as much
 * is ever held. Throws a `ProgramError` `tmdb-answer` for one that is too long or no UTF-8, and what the connection throws.
 */
export async function readBody(response: Response, mostBytes = MOST_BODY_BYTES): Promise<string> {
  if (response.body === null) return '';
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    // Leaving the loop cancels the stream and with it the connection.
    if (bytes > mostBytes) throw new ProgramError('tmdb-answer', `The answer is longer than ${mostBytes} bytes`);
    pieces.push(piece);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces));
  } catch (error) {
    throw new ProgramError('tmdb-answer', 'The answer is not text', error);
  }
}
