import { ProgramError } from '../core/program-error.ts';
import type { NativePart } from './native-part.ts';

/** What anitomy found in a name: one or more texts for each category that occurs (`AnimeTitle`, `EpisodeNumber`, …). */
export type AnitomyElements = Readonly<Record<string, readonly string[]>>;

/** The anitomy parser. Synchronous; may be used again after it has thrown. */
export interface Anitomy {
  /** Throws `RangeError` for a name that the parser cannot take, which may be one that it could take before. */
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
/** An instance of the parser, and the categories that it knows. */
interface Running {
  readonly module: Module;
  readonly categories: readonly (readonly [name: string, category: unknown])[];
}
type Glue = (overrides: Overrides) => Module;
interface Overrides {
  readonly instantiateWasm: (imports: WebAssembly.Imports, ready: (instance: WebAssembly.Instance) => void) => WebAssembly.Exports;
  readonly print: (text: string) => void;
  readonly printErr: (text: string) => void;
}

// kElementAnimeTitle
const CATEGORY = /^kElement(?!Iterate)([A-Z]\w+)$/;
/** A name that is longer than any file system allows is not given to code that has been seen to leave its memory. */
const MOST_CHARACTERS = 400;
/** How often a parser that broke is started anew. */
const MOST_RESTARTS = 20;
const HOOKS = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Starts the parser from its WebAssembly bytes.
 *
 * Some names of random signs make it write outside its own data, so that it traps on that name or a later one: it is then started anew, up to twenty
 * times; after that it takes no name any more.
 */
export async function startAnitomy(part: NativePart): Promise<Anitomy> {
  const imported = (await import('anitomyscript/build/anitomyscript.js')) as { readonly default: Glue };
  const program = compile(part);
  let running: Running | undefined = instantiate(part, program, imported.default);
  let restarts = 0;
  return {
    parse: (fileName) => {
      // The glue copies strings up to their first NUL only and turns half surrogates into something else.
      if (fileName.includes('\0')) throw new RangeError('a file name has no NUL');
      if (fileName.length > MOST_CHARACTERS) throw new RangeError('no file name is as long as that');
      if (running === undefined) throw new RangeError('the parser broke too often');
      try {
        return read(running, fileName.toWellFormed());
      } catch (error) {
        restarts += 1;
        running = restarts > MOST_RESTARTS ? undefined : instantiate(part, program, imported.default);
        throw new RangeError('the name broke the parser', { cause: error });
      }
    },
  };
}

function compile(part: NativePart): WebAssembly.Module {
  try {
    return new WebAssembly.Module(part.bytes);
  } catch (error) {
    throw broken(part, error);
  }
}

/**
 * Makes a new instance. The package's glue is from 2019 and has three habits that are undone here: it fetches its file by a way that Node no longer has
 * (so it is given a finished instance), it installs process-wide handlers that turn any rejection into an abort (so they are taken off), and its module
 * has a `then` that answers with the module itself, which would make `await` wait for ever (so it is removed).
 */
function instantiate(part: NativePart, program: WebAssembly.Module, glue: Glue): Running {
  const before = new Map(HOOKS.map((hook) => [hook, process.listeners(hook as 'uncaughtException')]));
  let module: Module;
  // The glue swallows what is thrown while it instantiates.
  let failure: unknown;
  try {
    module = glue({
      instantiateWasm: (imports, ready) => {
        try {
          const instance = new WebAssembly.Instance(program, imports);
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
  return { module, categories };
}

const broken = (part: NativePart, error: unknown): ProgramError =>
  new ProgramError('part-broken', `The native part ${part.name} does not start: ${(error as Error).message}`, error);

function read({ module, categories }: Running, fileName: string): AnitomyElements {
  const elements = module.parseSingle(fileName);
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
