import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Call } from '../core/call.ts';
import { LabError } from '../core/error.ts';
import type { LocalPath, Sha256 } from '../core/ids.ts';
import { filesBelow } from './files.ts';
import { sha256Of } from './hash.ts';
import { digestPlainFile, readPlainFileNow } from './plain-file.ts';

const LAB = path.resolve(import.meta.dirname, '..') as LocalPath;
const MOST_AT_ONCE_BYTES = 1 << 20;
/** Files between two looks at whether somebody wants to stop, and at what else has to be done. */
const FILES_AT_ONCE = 64;

let known: Promise<Sha256> | undefined;

/**
 * One digest of all that the lab is: its own code without tests, the packages that are installed, and the Node that runs it. What was made by another
 * lab is not taken for what this one would make. Read once a process, since a running program does not change either.
 */
export function labCodeDigest(call: Call): Promise<Sha256> {
  const reading = (known ??= digestCode(call));
  reading.catch(() => {
    known = undefined;
  });
  return reading;
}

async function digestCode(call: Call): Promise<Sha256> {
  // testing/a.ts  a.test.ts
  const names = (await filesBelow(LAB)).filter((name) => !/^testing\/|\.test\.ts$/.test(name));
  const root = path.dirname(LAB);
  // The second is what npm says it has really installed.
  const locks = await digestsOf(root, ['package-lock.json', 'node_modules/.package-lock.json'], call);
  return sha256Of(
    JSON.stringify({ code: await digestsOf(LAB, names, call), locks, versions: process.versions, platform: process.platform }),
  );
}

/** The digest of each file, in the order of the names; `absent` for one that cannot be read as a plain file. */
export async function digestsOf(
  folder: string,
  names: readonly string[],
  call: Call,
): Promise<readonly (readonly [name: string, digest: string])[]> {
  const digests: (readonly [name: string, digest: string])[] = [];
  for (const [index, name] of names.entries()) {
    if (index % FILES_AT_ONCE === 0) await setImmediate();
    digests.push([name, await digestOf(path.join(folder, name), call)]);
  }
  return digests;
}

async function digestOf(file: string, call: Call): Promise<string> {
  call.signal.throwIfAborted();
  try {
    // Most are small. Reading one without blocking takes six trips to another thread, and a thousand of them four times as long as this.
    return sha256Of(readPlainFileNow(file, MOST_AT_ONCE_BYTES));
  } catch (error) {
    if (error instanceof LabError && error.code === 'file.too-large') return (await digestPlainFile(file, call.signal)).sha256;
    if (call.signal.aborted || !(error instanceof LabError)) throw error;
    return 'absent';
  }
}
