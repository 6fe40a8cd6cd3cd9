import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 of all of a file, in hexadecimal. Throws what the operating system says. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
