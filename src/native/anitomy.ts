import { ProgramError } from '../core/program-error.ts';
import type { NativePart } from './native-part.ts';

/** What anitomy found in a name: one or more texts for each category that occurs (`AnimeTitle`, `EpisodeNumber`, …). */
export type AnitomyElements = Readonly<Record<string, readonly string[]>>;

/** The anitomy parser. Synchronous, and not to be used again after it has thrown. */
export interface Anitomy {
  /** Throws `RangeError` for a name that the parser cannot take. */
  readonly parse: (fileName: string) => AnitomyElements;
}

interface Vector {
  readonly size: () => number;
  readonly get: (index: number) => string;
  readonly delete: () => void;
}
interface Elements {
  readonly count: (category: unknown) => number;
  readonly get_all: (category: unknown) => Vector;
  readonly delete: () => void;
}
interface Module {
  readonly parseSingle: (name: string) => Elements;
  readonly ElementCategory: Readonly<Record<string, unknown>>;
  then?: (ready: (module: Module) => void) => void;
}
interface Overrides {
  readonly instantiateWasm: (imports: WebAssembly.Imports, ready: (instance: WebAssembly.Instance) => void) => WebAssembly.Exports;
  readonly print: (text: string) => void;
  readonly printErr: (text: string) => void;
}

// kElementAnimeTitle
const CATEGORY = /^kElement(?!Iterate)([A-Z]\w+)$/;
const HOOKS = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Starts the parser from its WebAssembly bytes.
 *
 * The package's glue is from 2019 and has three habits that are undone here: it fetches its file by a way that Node no longer has (so it is given a
 * finished instance), it installs process-wide handlers that turn any rejection into an abort (so they are taken off), and its module has a `then`
 * that answers with the module itself, which would make `await` wait for ever (so it is removed).
 */
export async function startAnitomy(part: NativePart): Promise<Anitomy> {
  const imported = (await import('anitomyscript/build/anitomyscript.js')) as { readonly default: (overrides: Overrides) => Module };
  const before = new Map(HOOKS.map((hook) => [hook, process.listeners(hook as 'uncaughtException')]));
  let module: Module;
  // The glue swallows what is thrown while it instantiates.
  let failure: unknown;
  try {
    module = imported.default({
      instantiateWasm: (imports, ready) => {
        try {
          const instance = new WebAssembly.Instance(new WebAssembly.Module(part.bytes), imports);
          ready(instance);
          return instance.exports;
        } catch (error) {
          failure = error;
          throw error;
        }
      },
      print: () => {},
      printErr: () => {},
    });
  } catch (error) {
    throw broken(part, error);
  } finally {
    for (const hook of HOOKS) {
      for (const listener of process.listeners(hook as 'uncaughtException')) {
        if (!before.get(hook)?.includes(listener)) process.removeListener(hook, listener);
      }
    }
  }
  if (failure !== undefined) throw broken(part, failure);
  delete module.then;
  const categories = Object.keys(module.ElementCategory).flatMap((name) => {
    const short = CATEGORY.exec(name)?.[1];
    return short === undefined ? [] : [[short, module.ElementCategory[name]] as const];
  });
  return { parse: (fileName) => read(module, categories, fileName) };
}

const broken = (part: NativePart, error: unknown): ProgramError =>
  new ProgramError('part-broken', `The native part ${part.name} does not start: ${(error as Error).message}`, error);

function read(module: Module, categories: readonly (readonly [string, unknown])[], fileName: string): AnitomyElements {
  // The glue copies strings up to their first NUL only and turns half surrogates into something else.
  if (fileName.includes('\0')) throw new RangeError('a file name has no NUL');
  const elements = module.parseSingle(fileName.toWellFormed());
  try {
    const found: Record<string, readonly string[]> = {};
    for (const [name, category] of categories) {
      if (elements.count(category) === 0) continue;
      const vector = elements.get_all(category);
      found[name] = Array.from({ length: vector.size() }, (_, index) => vector.get(index));
      vector.delete();
    }
    return found;
  } finally {
    elements.delete();
  }
}
