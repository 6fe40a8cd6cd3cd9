import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { ScanSubject } from '../../core/scan.ts';
import { readPlainFile } from '../../host/plain-file.ts';
import { sourceFiles } from '../../host/source-files.ts';
import { executableProgram } from './executable-program.ts';

/** A text that ships or that what ships is made of. */
export interface ScannedText {
  /** As findings name it: below the project, or `bundle/…`. */
  readonly path: string;
  readonly content: string;
  readonly sizeBytes: number;
}

const MOST_BYTES = 2 << 20;
/** Where a text has a zero byte it is none. */
const LOOKED_AT_FOR_ZERO = 8192;

/**
 * Every text of the project's sources and of the bundle, and the program inside the executable. Files that are no text or larger than 2 MiB are left
 * out. One at a time, so that memory holds one.
 */
export async function* scannedTexts(subject: ScanSubject, call: Call): AsyncGenerator<ScannedText> {
  for (const name of await sourceFiles(subject.projectRoot, call)) yield* textOf(path.join(subject.projectRoot, name), name, call);
  for (const { path: name, role } of subject.manifest.files)
    if (role !== 'executable') yield* textOf(path.join(subject.bundle, name), `bundle/${name}`, call);
  const inside = await executableProgram(subject.executable);
  if (inside !== undefined)
    yield {
      path: `bundle/${subject.manifest.product.executable}`,
      content: Buffer.from(inside.program).toString('utf8'),
      sizeBytes: inside.program.byteLength,
    };
}

async function* textOf(file: string, name: string, call: Call): AsyncGenerator<ScannedText> {
  call.signal.throwIfAborted();
  let bytes: Buffer;
  try {
    bytes = await readPlainFile(file, MOST_BYTES);
  } catch {
    // It is large, a link, or gone since it was listed; what ships is read by those who make the bundle.
    return;
  }
  if (bytes.subarray(0, LOOKED_AT_FOR_ZERO).includes(0)) return;
  yield { path: name, content: bytes.toString('utf8'), sizeBytes: bytes.byteLength };
}
