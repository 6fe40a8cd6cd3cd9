import { digestFile } from './digest-file.ts';
import { toNative } from './guest-path.ts';

/** `digest`: whether a file is there, and what it holds. */
export function digestOf(question: Readonly<Record<string, unknown>>): {
  readonly exists: boolean;
  readonly sizeBytes: number;
  readonly sha256: string;
} {
  const found = digestFile(toNative(question['path']));
  return found ? { exists: true, ...found } : { exists: false, sizeBytes: 0, sha256: '' };
}
