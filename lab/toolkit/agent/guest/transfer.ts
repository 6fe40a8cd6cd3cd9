import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { digestFile } from './digest-file.ts';
import { toNative, toNativeBelowDrive } from './guest-path.ts';
import { Refusal } from './refusal.ts';
import { CHUNK_BYTES, readInput, writeLine, writeOutput } from './standard-streams.ts';

/** `digest`: whether a file is there, and what it holds. */
export function digest(question: Readonly<Record<string, unknown>>): void {
  writeLine(digestOf(question));
}

/** The same as a value. */
export function digestOf(question: Readonly<Record<string, unknown>>): {
  readonly exists: boolean;
  readonly sizeBytes: number;
  readonly sha256: string;
} {
  const found = digestFile(toNative(question['path']));
  return found ? { exists: true, ...found } : { exists: false, sizeBytes: 0, sha256: '' };
}

/**
 * `receive`: takes a file from standard input. Nobody ever sees half of it under its name: it grows under another one, is compared with the
 * promised size and digest, and is renamed. Nothing is left of it after a failure.
 */
export function receive(question: Readonly<Record<string, unknown>>): void {
  const { sizeBytes, sha256 } = question;
  const to = toNativeBelowDrive(question['to']);
  if (!Number.isSafeInteger(sizeBytes) || typeof sha256 !== 'string')
    throw new Refusal('bad-request', 'receive needs to, sizeBytes and sha256');
  mkdirSync(path.dirname(to), { recursive: true });
  const part = `${to}.${randomBytes(6).toString('hex')}.part`;
  const file = openSync(part, 'wx');
  try {
    let received: { readonly sizeBytes: number; readonly sha256: string };
    try {
      received = copyInput(file, Number(sizeBytes));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (received.sizeBytes !== sizeBytes || received.sha256 !== sha256) {
      throw new Refusal('io', `what arrived is not what was promised: ${received.sizeBytes} bytes with ${received.sha256}`);
    }
    renameSync(part, to);
    writeLine(received);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** Copies standard input to a file, hashing on the way; stops as soon as there is more than promised. */
function copyInput(file: number, mostBytes: number): { readonly sizeBytes: number; readonly sha256: string } {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let sizeBytes = 0;
  for (;;) {
    // Pipes give a few KiB at a time; fewer, larger writes are much faster.
    let filled = 0;
    while (filled < buffer.length) {
      const count = readInput(buffer.subarray(filled));
      if (count === 0) break;
      filled += count;
    }
    if (filled === 0) return { sizeBytes, sha256: hash.digest('hex') };
    sizeBytes += filled;
    if (sizeBytes > mostBytes) throw new Refusal('io', `more than the promised ${mostBytes} bytes arrived`);
    const bytes = buffer.subarray(0, filled);
    hash.update(bytes);
    for (let offset = 0; offset < filled;) offset += writeSync(file, bytes, offset, filled - offset);
  }
}

/** `send`: writes a file to standard output as it is. */
export function send(question: Readonly<Record<string, unknown>>): void {
  const file = openSync(toNative(question['path']), 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const count = readSync(file, buffer, 0, buffer.length, null);
      if (count === 0) return;
      writeOutput(buffer.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}
