import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Test } from 'tap';
import type { LocalPath } from '../core/ids.ts';
import { scratchFolder } from './scratch-folder.ts';

/** A real repository of a small project in a folder of its own. Dates and names in it are always the same. For tests. */
export interface GitRig {
  readonly folder: LocalPath;
  /** Runs git there and gives what it prints; throws when it fails. */
  readonly git: (args: readonly string[], input?: string | Uint8Array) => string;
  /** Commits with this message, a minute after the one before, and gives the hash. */
  readonly commit: (message: string | Uint8Array, author?: string) => string;
  readonly write: (name: string, content: string | Uint8Array) => void;
  readonly read: (name: string) => string;
}

export async function gitRig(t: Test, version = '0.1.0'): Promise<GitRig> {
  const folder = await scratchFolder(t);
  let minutes = 0;
  const environment = (): Record<string, string> => {
    const date = new Date(Date.UTC(2026, 10, 21, 0, minutes)).toISOString();
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Ada Example',
      GIT_AUTHOR_EMAIL: 'ada@example.org',
      GIT_COMMITTER_NAME: 'Ada Example',
      GIT_COMMITTER_EMAIL: 'ada@example.org',
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    };
  };
  const run = (args: readonly string[], input: string | Uint8Array | undefined, env: Record<string, string>): string =>
    execFileSync('git', ['-c', 'commit.gpgsign=false', ...args], {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
      maxBuffer: 64 << 20,
    });
  const rig: GitRig = {
    folder,
    git: (args, input) => run(args, input, environment()),
    commit: (message, author = 'Ada Example') => {
      minutes += 1;
      const env = { ...environment(), GIT_AUTHOR_NAME: author };
      run(['commit', '--quiet', '--allow-empty', '--allow-empty-message', '--no-verify', '--cleanup=verbatim', '--file=-'], message, env);
      return rig.git(['rev-parse', 'HEAD']).trim();
    },
    write: (name, content) => {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), content);
    },
    read: (name) => readFileSync(path.join(folder, name), 'utf8'),
  };
  rig.git(['init', '--quiet', '--initial-branch=main']);
  rig.write('package.json', JSON.stringify({ name: 'small', version }));
  rig.write('lab.config.json', readFileSync(new URL('../../lab.config.json', import.meta.url)));
  rig.git(['add', '.']);
  rig.commit('chore: begin');
  return rig;
}
