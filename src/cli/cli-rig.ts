import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import type { CliEvent } from '../contract/cli-event.ts';
import type { InputStream } from './context.ts';
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

/** What a run of a command line is given beyond its arguments. */
export interface Given {
  readonly signal?: AbortSignal;
  /** Added to an environment that has nothing but the folders for the program's state. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard input; an empty file when there is none. */
  readonly stdin?: InputStream;
}

/** The environment that a command gets: its state in a folder of the test's own. */
export const rigEnvironment = (folder: string): Readonly<Record<string, string>> => ({
  LOCALAPPDATA: path.join(folder, '.state'),
  XDG_STATE_HOME: path.join(folder, '.state'),
});

/** Runs one command line in this process, its state in a folder of the test's own. For tests. */
export async function runCli(args: readonly string[], folder: string, given: AbortSignal | Given = {}): Promise<CliRun> {
  const [stdout, stderr] = [collector(), collector()];
  const { signal = new AbortController().signal, environment, stdin }: Given = given instanceof AbortSignal ? { signal: given } : given;
  const exitCode = await run(args, {
    stdout: stdout.stream,
    stderr: stderr.stream,
    environment: { ...rigEnvironment(folder), ...environment },
    currentFolder: folder,
    stdin: () => stdin ?? Readable.from([]),
    signal,
  });
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
