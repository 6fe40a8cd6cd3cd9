import { readCorpus } from '../parse/corpus/read-corpus.ts';
import { loadNameParser } from '../parse/anime-name-parser.ts';
import { walk } from '../scan/walk.ts';

// Measures a part of `scan` alone, for the bench: `walk FOLDER` or `parse`. Prints one line of JSON.
const [, , part, folder = ''] = process.argv;
const result = part === 'walk' ? await measureWalk(folder) : await measureParse();
process.stdout.write(`${JSON.stringify(result)}\n`);

async function measureWalk(root: string): Promise<object> {
  let [files, paths] = [0, 1];
  const start = performance.now();
  for await (const { videos, companions, entries } of walk(root, new AbortController().signal)) {
    files += videos.length + companions.length;
    paths += entries;
  }
  return { files, paths, durationMs: performance.now() - start };
}

async function measureParse(): Promise<object> {
  const parse = await loadNameParser();
  const corpus = [...readCorpus('usual'), ...readCorpus('held-out')].map(({ name }) => name);
  const usual = Array.from({ length: 1_000 }, (_, index) => {
    const checksum = (0x1000_0000 + index * 7_919).toString(16).toUpperCase();
    return `[Lab] Hana no Uta ${index % 50} - ${String((index % 24) + 1).padStart(2, '0')} (1080p) [${checksum}].mkv`;
  });
  return { usual: namesPerSecond(parse, usual), corpus: namesPerSecond(parse, corpus) };
}

/** After as many names as a small collection has: so long the first ones take longer. */
function namesPerSecond(parse: (name: string) => unknown, names: readonly string[]): number {
  const many = Array.from({ length: 20 }, () => names).flat();
  for (const name of many) parse(name);
  const start = performance.now();
  for (const name of many) parse(name);
  return (many.length / (performance.now() - start)) * 1_000;
}
