import path from 'node:path';
import { filesBelow, readTextIfThere } from '../../host/files.ts';

/** The parts of the script, in the order in which they are joined. */
export const scriptParts = ['head.ps1', 'describe.ps1', 'box-truth.ps1', 'repair-box.ps1', 'serve.ps1'] as const;

const SCRIPTS = path.join(import.meta.dirname, 'scripts');
const SOURCES = path.join(import.meta.dirname, 'guest');

/** All that runs in a guest, as text: nothing of it depends on what is asked. */
export interface GuestSources {
  /** What stands on the command line. */
  readonly bootstrap: string;
  readonly script: string;
  /** What the script compiles. */
  readonly csharp: string;
}

let sources: Promise<GuestSources> | undefined;

/** Reads the guest's side of this toolkit. */
export const guestSources = (): Promise<GuestSources> => (sources ??= readSources());

async function readSources(): Promise<GuestSources> {
  const names = (await filesBelow(SOURCES)).filter((name) => name.endsWith('.cs')).toSorted();
  const [bootstrap, parts, csharp] = await Promise.all([
    textOf(path.join(SCRIPTS, 'bootstrap.ps1')),
    Promise.all(scriptParts.map((name) => textOf(path.join(SCRIPTS, name)))),
    Promise.all(names.map((name) => textOf(path.join(SOURCES, name)))),
  ]);
  return { bootstrap, script: parts.join('\n'), csharp: csharp.join('\n') };
}

async function textOf(file: string): Promise<string> {
  const text = await readTextIfThere(file);
  if (text === undefined) throw new TypeError(`there is no ${file}`);
  return text;
}
