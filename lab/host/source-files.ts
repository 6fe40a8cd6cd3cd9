import type { Call } from '../core/call.ts';
import type { LocalPath } from '../core/ids.ts';
import { exec } from './exec.ts';
import { listTree } from './tree.ts';

const MOST_FILES = 100_000;
// node_modules/a/b  .git/HEAD  deep/node_modules/a
const NOT_SOURCES = /(?:^|\/)(?:node_modules|\.git)\//;

/**
 * The files of a project that somebody wrote: what git knows or would take in, or without git everything but `node_modules`. Paths relative to the
 * folder, with `/`, sorted. Links are left out.
 */
export async function sourceFiles(folder: LocalPath, call: Call): Promise<readonly string[]> {
  const known = await gitFiles(folder, call);
  if (known === undefined) {
    const entries = await listTree(folder, MOST_FILES, call.signal);
    return entries
      .filter(({ kind, path }) => kind === 'file' && !NOT_SOURCES.test(path))
      .map(({ path }) => path)
      .toSorted();
  }
  return known.toSorted();
}

async function gitFiles(folder: LocalPath, call: Call): Promise<readonly string[] | undefined> {
  try {
    // `--stage` tells links apart by their mode; it lists what is known only, so the others are asked for by themselves.
    const known = await exec('git', ['ls-files', '--cached', '--stage', '-z'], call, { cwd: folder });
    const others = await exec('git', ['ls-files', '--others', '--exclude-standard', '-z'], call, { cwd: folder });
    if (known.exitCode !== 0 || others.exitCode !== 0) return undefined;
    return [...known.stdout.split('\0').flatMap(plainFile), ...others.stdout.split('\0').filter((name) => name !== '')];
  } catch (error) {
    if (call.signal.aborted) throw error;
    return undefined;
  }
}

/** `100644 <object> 0\tname` is a file; 120000 is a link and 160000 a repository within. */
function plainFile(line: string): readonly string[] {
  const tab = line.indexOf('\t');
  return tab > 0 && line.startsWith('100') ? [line.slice(tab + 1)] : [];
}
