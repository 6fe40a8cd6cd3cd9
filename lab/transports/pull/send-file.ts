import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';

/** Read at a time: small enough that it is still in the processor's cache when it is sent. */
const READ_BYTES = 256 << 10;

/**
 * Sends a stretch of a file as the body of an answer, which it ends. One piece is read while the one before goes out, into two buffers that take
 * turns: a stream would make a new one each time. `onBytes` hears of what the system has taken. Rejects when the file turns out shorter, cannot be
 * read, or whoever asked goes away; the answer is then not whole.
 */
export async function sendFile(
  file: string,
  { from, end }: { readonly from: number; readonly end: number },
  response: ServerResponse,
  onBytes: (count: number) => void,
): Promise<void> {
  const gone = new Promise<never>((_, reject) => response.once('close', () => reject(new Error('whoever asked went away'))));
  gone.catch(() => {});
  const write = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => response.write(bytes, (error) => (error ? reject(error) : resolve())));
  await using handle = await open(file, 'r');
  const rooms = [Buffer.allocUnsafeSlow(READ_BYTES), Buffer.allocUnsafeSlow(READ_BYTES)];
  let sending: Promise<unknown> = Promise.resolve();
  for (let at = from; at < end;) {
    const room = rooms.shift();
    if (room === undefined) throw new Error('both rooms are in use');
    const { bytesRead } = await handle.read(room, 0, Math.min(READ_BYTES, end - at), at);
    if (bytesRead === 0) throw new Error('the file is shorter than it was');
    // The room of the piece before is free once it is out.
    await Promise.race([sending, gone]);
    sending = write(room.subarray(0, bytesRead)).then(() => {
      rooms.push(room);
      onBytes(bytesRead);
    });
    sending.catch(() => {});
    at += bytesRead;
  }
  await Promise.race([sending, gone]);
  response.end();
}
