import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import type { CliEvent } from '../contract/cli-event.ts';
import { run } from './run.ts';

// The package's CommonJS default export is not what its types say under NodeNext.
const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void;
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
addFormats(ajv);
const validator = (file: string): ReturnType<typeof ajv.compile> =>
  ajv.compile(JSON.parse(readFileSync(path.join(import.meta.dirname, '../../schemas/anivault', file), 'utf8')) as object);

/** Checks against the schema files that ship, not against the definitions they come from. */
export const shippedSchemas = {
  event: validator('cli-event.v1.json'),
  plan: validator('plan.v1.json'),
  rollbackEntry: validator('rollback-entry.v1.json'),
};

export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of standard output as events; each was valid against the shipped schema. Throws when the output is anything else. */
  readonly events: () => readonly CliEvent[];
}

/** Runs one command line in this process, its state in a folder of the test's own. For tests. */
export async function runCli(args: readonly string[], folder: string, signal = new AbortController().signal): Promise<CliRun> {
  const [stdout, stderr] = [collector(), collector()];
  const environment = { LOCALAPPDATA: path.join(folder, '.state'), XDG_STATE_HOME: path.join(folder, '.state') };
  const exitCode = await run(args, { stdout: stdout.stream, stderr: stderr.stream, environment, currentFolder: folder, signal });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text(), events: () => eventsIn(stdout.text()) };
}

export function eventsIn(text: string): readonly CliEvent[] {
  if (!text.endsWith('\n')) throw new Error(`the output does not end with a newline: ${text.slice(-200)}`);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const event: unknown = JSON.parse(line);
      if (!shippedSchemas.event(event)) throw new Error(`${ajv.errorsText(shippedSchemas.event.errors)} in ${line}`);
      return event as CliEvent;
    });
}

function collector(): { readonly stream: Writable; readonly text: () => string } {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      pieces.push(piece);
      setImmediate(done);
    },
  });
  return { stream, text: () => Buffer.concat(pieces).toString('utf8') };
}
