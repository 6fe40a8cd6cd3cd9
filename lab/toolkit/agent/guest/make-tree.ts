import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Questions } from '../../questions.ts';
import { relativeParts, toNative } from './guest-path.ts';
import { Refusal } from './refusal.ts';
import { CHUNK_BYTES } from './standard-streams.ts';

const MOST_FILES = 100_000;
const MOST_TREE_BYTES = 4 * 2 ** 30;

/** Creates files and the directories they need. Refuses before anything is made when a name or an amount is not right. */
export function makeTree({ root, files }: Questions['makeTree']): Record<string, never> {
  const top = toNative(root);
  if (!Array.isArray(files) || files.length > MOST_FILES) throw new Refusal('bad-request', `files must be a list of at most ${MOST_FILES}`);
  let totalBytes = 0;
  const planned = files.map((file) => {
    const parts = relativeParts(file.path);
    if ('text' in file ? typeof file.text !== 'string' : !Number.isSafeInteger(file.sizeBytes) || file.sizeBytes < 0) {
      throw new Refusal('bad-request', `${file.path} has neither text nor a size`);
    }
    totalBytes += 'text' in file ? file.text.length : file.sizeBytes;
    return { native: path.join(top, ...parts), name: parts.join('\\'), file };
  });
  if (totalBytes > MOST_TREE_BYTES) throw new Refusal('too-large', `${totalBytes} bytes are more than ${MOST_TREE_BYTES}`);
  mkdirSync(top, { recursive: true });
  // Making a directory that is there costs a guest as much as making a file.
  const made = new Set<string>([top]);
  for (const { native, name, file } of planned) {
    const directory = path.dirname(native);
    if (!made.has(directory)) mkdirSync(directory, { recursive: true });
    made.add(directory);
    if ('text' in file) writeFileSync(native, file.text, { flag: 'wx' });
    else fill(native, name, file.sizeBytes);
  }
  return {};
}

function fill(native: string, name: string, sizeBytes: number): void {
  const digest = createHash('sha256').update(name).digest();
  const block = Buffer.alloc(Math.min(CHUNK_BYTES, Math.max(sizeBytes, 1)), digest);
  const handle = openSync(native, 'wx');
  try {
    // A chunk is a whole number of digests long, so that the pattern goes on unbroken from one to the next.
    for (let done = 0; done < sizeBytes;) {
      const start = done % block.length;
      done += writeSync(handle, block, start, Math.min(block.length - start, sizeBytes - done));
    }
  } finally {
    closeSync(handle);
  }
}
