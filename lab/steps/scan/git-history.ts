import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { ScanFinding, Scanned } from '../../core/scan.ts';
import { exec } from '../../host/exec.ts';
import { writeFileAtomic } from '../../host/files.ts';
import { scanFindingOf } from './scan-finding.ts';

/** What stands in a clone instead of an object is that clone's alone. */
export const honestGit = { GIT_NO_REPLACE_OBJECTS: '1' } as const;

/** What git says. Throws when it fails. */
async function git(folder: LocalPath, args: readonly string[], call: Call): Promise<string> {
  const { exitCode, stdout, stderr } = await exec('git', args, call, { cwd: folder, env: honestGit });
  call.signal.throwIfAborted();
  if (exitCode !== 0) throw new Error(`git ${args[0]}: ${stderr.trim().slice(-300)}`);
  return stdout;
}

/** How many files and bytes the history has, or why it cannot be looked at. */
export async function historyOf(folder: LocalPath, call: Call): Promise<Scanned['looked'] | string> {
  try {
    const shallow = await exec('git', ['rev-parse', '--is-shallow-repository'], call, { cwd: folder });
    if (shallow.exitCode !== 0) return 'the project is in no git repository';
    if (shallow.stdout.trim() !== 'false') return 'the repository is a shallow clone, so most of its history is not here';
    const commits = await exec('git', ['rev-list', '--count', 'HEAD'], call, { cwd: folder });
    if (commits.exitCode !== 0) return 'the repository has no commit';
    const objects = await exec('git', ['count-objects', '-v'], call, { cwd: folder });
    const value = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(objects.stdout)?.[1] ?? 0);
    return { files: value('count') + value('in-pack'), bytes: (value('size') + value('size-pack')) * 1024 };
  } catch (error) {
    if (call.signal.aborted) throw error;
    return 'there is no git on this machine';
  }
}

/**
 * The same history with nothing checked out: neither lists of what to leave out nor the attributes of the project (`*.pem -diff`) are read there, and what
 * git takes for text is decided by its content alone.
 */
export async function mirrorOf(folder: LocalPath, scratch: LocalPath, call: Call): Promise<LocalPath> {
  const mirror = path.join(scratch, 'history') as LocalPath;
  // The project may be a folder of a larger repository.
  const root = (await git(folder, ['rev-parse', '--show-toplevel'], call)).replace(/\n$/, '');
  await git(scratch, ['clone', '--quiet', '--mirror', '--shared', '--template=', '--', root, path.join(mirror, '.git')], call);
  // Scanners know no repository that has no work tree; this one has an empty one.
  await git(mirror, ['config', 'core.bare', 'false'], call);
  await writeFileAtomic(path.join(mirror, '.git', 'info', 'attributes'), '* !diff\n');
  return mirror;
}

/** How findings of a scanner of histories are named. */
interface Naming {
  /** Of the scanner. */
  readonly id: string;
  readonly tool: string;
}

/** Findings for each commit that brought a comment with which a line of it is hidden from a tool that cannot be told to look all the same. */
export async function hiddenIn(mirror: LocalPath, comment: string, { id, tool }: Naming, call: Call): Promise<readonly ScanFinding[]> {
  const log = await git(
    mirror,
    ['log', '--all', '--no-textconv', '--no-ext-diff', `-G${comment}`, '--name-only', '--format=%x00%H', '-z'],
    call,
  );
  // <NUL><hash><NUL><LF>?<name><NUL><name><NUL>
  let commit = '';
  const findings: ScanFinding[] = [];
  for (const piece of log.split('\0').map((one) => one.replace(/^\n/, ''))) {
    if (/^[0-9a-f]{40,64}$/.test(piece)) commit = piece;
    else if (piece !== '')
      findings.push(
        scanFindingOf(
          `${id}.hidden`,
          'error',
          `A comment hides lines from ${tool} in commit ${commit.slice(0, 12)}`,
          'Look at what it hides; a finding that is harmless is accepted in policy.scans.suppressions, where somebody answers for it.',
          { path: piece, part: `commit ${commit.slice(0, 12)}` },
          commit,
        ),
      );
  }
  return findings;
}

/** A repository in which a private key was committed and taken out again: what a scanner of histories has to find. */
export async function plantedRepository(scratch: LocalPath, call: Call): Promise<LocalPath> {
  const repository = path.join(scratch, 'planted') as LocalPath;
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writeFileAtomic(path.join(repository, 'planted.pem'), privateKey);
  const own = ['-c', 'user.name=lab', '-c', 'user.email=lab@invalid', '-c', 'commit.gpgsign=false'];
  await git(repository, [...own, 'init', '--quiet'], call);
  await git(repository, [...own, 'add', '.'], call);
  await git(repository, [...own, 'commit', '--quiet', '--no-verify', '--message', 'plant'], call);
  await git(repository, [...own, 'rm', '--quiet', 'planted.pem'], call);
  await git(repository, [...own, 'commit', '--quiet', '--no-verify', '--message', 'take out'], call);
  return repository;
}
