import type { Call } from '../core/call.ts';

export interface PostOptions {
  /** Media type of what is sent. */
  readonly contentType: string;
  /** Media type of what is wanted. */
  readonly accept: string;
  readonly mostAnswerBytes: number;
}

/**
 * Sends bytes by HTTP POST and gives the bytes of the answer. Redirections are not followed. Throws an `Error` with the reason when the server cannot be
 * reached, answers with anything but 200 or with more than it may, or the reason of the call's signal when that aborts.
 */
export async function postBytes(url: string, body: Uint8Array, options: PostOptions, call: Call): Promise<Buffer> {
  const { contentType, accept, mostAnswerBytes } = options;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': contentType, accept },
      body: Buffer.from(body),
      redirect: 'manual',
      signal: call.signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`it answered with status ${response.status}`);
    }
    const pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const piece of response.body ?? []) {
      sizeBytes += piece.byteLength;
      if (sizeBytes > mostAnswerBytes) throw new Error(`it answered with more than ${mostAnswerBytes} bytes`);
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    // `fetch` says only that it failed; why is in the cause.
    const cause = error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
    throw cause instanceof Error && cause !== error ? new Error(cause.message, { cause: error }) : error;
  }
}
