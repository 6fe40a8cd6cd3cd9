import { homedir } from 'node:os';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import { digestsOf } from '../../host/code-digest.ts';
import { exec } from '../../host/exec.ts';
import { sha256Of } from '../../host/hash.ts';
import { sourceFiles } from '../../host/source-files.ts';
import { listTree } from '../../host/tree.ts';

const MOST_FILES = 100_000;

/** One digest of everything that somebody wrote for a project, with names. */
export async function sourcesDigest(folder: LocalPath, call: Call): Promise<Sha256> {
  return sha256Of(JSON.stringify(await digestsOf(folder, await sourceFiles(folder, call), call)));
}

/** One digest of everything in a folder, whoever put it there; links and the like by their kind, since nobody follows them. */
export async function treeDigest(folder: LocalPath, call: Call): Promise<Sha256> {
  const entries = await listTree(folder, MOST_FILES, call.signal);
  const files = entries.filter(({ kind }) => kind === 'file').map((entry) => entry.path);
  const others = entries.filter(({ kind }) => kind !== 'file').map(({ kind, path: name }) => `${kind} ${name}`);
  return sha256Of(JSON.stringify([await digestsOf(folder, files.toSorted(), call), others.toSorted()]));
}

/**
 * One digest of a repository's history: every reference and what it leads to, HEAD, and the settings and files that decide how git shows it. Where
 * something leads is by its hash, so the same digest means the same history. `undefined` where git cannot tell.
 */
export async function historyDigest(folder: LocalPath, call: Call): Promise<Sha256 | undefined> {
  const said: unknown[] = [];
  for (const args of [
    ['for-each-ref', '--format=%(objectname) %(refname)'],
    ['rev-parse', 'HEAD', '--is-shallow-repository', '--show-toplevel'],
    ['config', '--list', '--null'],
  ]) {
    const result = await exec('git', args, call, { cwd: folder });
    if (result.exitCode !== 0) return undefined;
    said.push(result.stdout);
  }
  // A file of attributes can hide the differences of others; the one of gitleaks hides findings.
  const names = (await sourceFiles(folder, call)).filter((name) => /(?:^|\/)(?:\.gitattributes|\.gitleaksignore)$/.test(name));
  said.push(await digestsOf(folder, [...new Set([...names, '.gitattributes', '.gitleaksignore'])], call));
  const places = await exec('git', ['rev-parse', '--path-format=absolute', '--git-dir', '--git-common-dir'], call, { cwd: folder });
  if (places.exitCode !== 0) return undefined;
  for (const place of places.stdout.trim().split('\n'))
    said.push(await digestsOf(place, ['info/attributes', 'info/grafts', 'shallow'], call));
  said.push(await digestsOf('/', ['etc/gitattributes', path.join(homedir(), '.config/git/attributes')], call));
  return sha256Of(JSON.stringify([path.resolve(folder), said]));
}
