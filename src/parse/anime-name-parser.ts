import type { AnimeName } from '../contract/anime-name.ts';
import type { Anitomy, AnitomyElements } from '../native/anitomy.ts';
import type { Facts } from './facts.ts';
import { readPath } from './read-path.ts';
import { understand } from './understand-anitomy.ts';

/**
 * Reads the name of a video file; `undefined` when it gives no title. May be given a path below the folder that is scanned, `/` between its parts: the
 * names of folders then tell what the file's own leaves open. Synchronous and total: a name that breaks a parser counts as not understood.
 */
export type ParseName = (path: string) => AnimeName | undefined;

/** Loads the parser; takes tens of milliseconds, so only commands that read names do it. */
export async function loadNameParser(): Promise<ParseName> {
  const [{ readPart }, { startAnitomy }] = await Promise.all([import('../native/part-source.ts'), import('../native/anitomy.ts')]);
  const part = readPart('anitomyscript.wasm');
  const anitomy = await startAnitomy(part);
  return (path) => parseName(path, (fileName) => elementsOf(anitomy, fileName));
}

/**
 * Reads a name by the program's own parser, and by anitomy where that leaves something open: it found no title, or no episode though there is a number
 * among the words. Anitomy sees numbers in places where the program's own parser does not look, but is wrong about more of them and takes several times as
 * long, so it is asked last, and of its answer only what agrees with the words is taken. Exported for tests.
 */
export function parseName(path: string, askAnitomy: (fileName: string) => AnitomyElements): AnimeName | undefined {
  const { facts, episode } = readPath(path);
  const { title } = facts;
  const open =
    title === undefined
      ? episode !== 'told'
      : episode === 'none' && facts.type === undefined && facts.year === undefined && /(?<!\d)\d{2}/.test(title);
  if (!open) return title === undefined ? undefined : named(facts);
  const fileName = path.slice(path.lastIndexOf('/') + 1);
  if (!/[\p{L}\p{N}]/u.test(fileName)) return undefined;
  const second = understand(fileName, askAnitomy(fileName));
  if (title === undefined || second === undefined) return title === undefined ? second : named(facts);
  return named(splitsAtNumber(title, second) ? { ...facts, title: second.title, episodes: second.episodes } : facts);
}

/** Whether another reading takes a number of two digits or more for the episode that stands in the title right after its own, shorter one. */
function splitsAtNumber(title: string, { title: shorter, episodes: [first] }: AnimeName): boolean {
  if (first === undefined || !title.startsWith(`${shorter} `)) return false;
  // 014 Words
  const number = /^0*(\d+)(?![\d.]\d)/.exec(title.slice(shorter.length).replace(/^[\s-]+/, ''));
  return number !== null && number[0].length >= 2 && number[1] === first;
}

function elementsOf(anitomy: Anitomy, fileName: string): AnitomyElements {
  try {
    return anitomy.parse(fileName);
  } catch (error) {
    if (error instanceof RangeError) return {};
    throw error;
  }
}

/** In the order of the contract, without what is not known. */
function named({ title, season, episodes, ...rest }: Facts): AnimeName | undefined {
  if (title === undefined) return undefined;
  const name: Record<string, unknown> = { title, ...(season === undefined ? {} : { season }), episodes: episodes ?? [] };
  for (const [field, value] of Object.entries(rest)) if (value !== undefined) name[field] = value;
  return name as AnimeName;
}
