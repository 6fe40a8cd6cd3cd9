import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The root of the repository. */
export const repositoryRoot = path.resolve(import.meta.dirname, '..', '..', '..');

/**
 * Files of the repository, relative to its root, sorted: what git tracks and what it would track. Files removed but not yet committed are left out.
 * Throws outside a git work tree, so that a guard cannot pass by having nothing to look at.
 */
export function trackedFiles(...patterns: readonly string[]): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  return [...new Set(listed.split('\0'))].filter((file) => file !== '' && existsSync(path.join(repositoryRoot, file))).toSorted();
}

/** The text of a file of the repository. */
export const textOf = (file: string): string => readFileSync(path.join(repositoryRoot, file), 'utf8');
