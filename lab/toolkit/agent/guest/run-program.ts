import type { ProgramResult } from '../../../core/toolkit.ts';
import type { Questions } from '../../questions.ts';
import { runToEnd } from './program.ts';
import { Refusal } from './refusal.ts';

/** Kept of each stream at most; keeps the answer under its bound however the text has to be escaped. */
const MOST_OUTPUT_BYTES = 1 << 20;

/** `run`: runs one program and keeps what it printed, up to a bound; the rest is read and dropped. */
export async function runProgram(program: Questions['run']): Promise<ProgramResult> {
  const { maxOutputBytes = MOST_OUTPUT_BYTES } = program;
  if (!Number.isSafeInteger(maxOutputBytes) || maxOutputBytes < 0)
    throw new Refusal('bad-request', 'maxOutputBytes must be a whole number');
  const most = Math.min(maxOutputBytes, MOST_OUTPUT_BYTES);
  const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const left = { stdout: most, stderr: most };
  let truncated = false;
  const ended = await runToEnd(program, {
    onOutput: (stream, bytes) => {
      const part = bytes.subarray(0, left[stream]);
      if (part.length < bytes.length) truncated = true;
      if (part.length > 0) kept[stream].push(part);
      left[stream] -= part.length;
    },
  });
  return { ...ended, stdout: textOf(kept.stdout), stderr: textOf(kept.stderr), truncated };
}

/** UTF-8 with U+FFFD for what is not; a byte order mark is content. */
const textOf = (chunks: readonly Buffer[]): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(chunks));
