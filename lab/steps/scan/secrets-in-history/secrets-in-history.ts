import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import type { Call } from '../../../core/call.ts';
import { LabError } from '../../../core/error.ts';
import type { LocalPath } from '../../../core/ids.ts';
import type { ScanFinding, ScanSubject, Scanned, Scanner } from '../../../core/scan.ts';
import { type DebianTool, type FetchedTool, debianTool } from '../../../host/debian/debian-tool.ts';
import { exec } from '../../../host/exec.ts';
import { readTextIfThere, removeTree, writeFileAtomic } from '../../../host/files.ts';
import { makeWorkshop } from '../../../host/workshop.ts';
import { notRun } from '../not-run.ts';
import { historyDigest } from '../scan-digests.ts';
import { scanFindingOf } from '../scan-finding.ts';

const gitleaks: DebianTool = { name: 'gitleaks', suite: 'trixie', packages: ['gitleaks'], program: 'usr/bin/gitleaks' };
const FIX =
  'Replace it where it is used: whoever has a clone has it. Taking it out of the history helps only before anybody has cloned. One that protects nothing can be accepted in policy.scans.suppressions.';
/** Exit code that means that something was found; gitleaks' own 1 is also that of a failure. */
const FOUND = 66;

const report = z.array(
  z.object({
    Description: z.string(),
    StartLine: z.int(),
    File: z.string(),
    Commit: z.string(),
    RuleID: z.string(),
  }),
);

/** Looks for keys and tokens in every commit that led to the release. */
export const secretsInHistory: Scanner = {
  id: 'secrets-in-history',
  title: 'Secrets in the history',
  question: 'Was there ever a key, a password or a token in the repository?',
  basis: async (subject, call) => {
    const history = await historyDigest(subject.projectRoot, call);
    return history && { history, tool: await findGitleaks(subject, call) };
  },
  scan: async (subject, call) => {
    const history = await historyOf(subject.projectRoot, call);
    if (typeof history === 'string') return notRun(history, 'Scan a full clone of the repository.');
    let tool: FetchedTool;
    try {
      tool = await findGitleaks(subject, call);
    } catch (error) {
      if (call.signal.aborted) throw error;
      const reason = error instanceof LabError ? error.message : String(error);
      return notRun(
        `there is no gitleaks, and Debian’s could not be fetched: ${reason}`,
        'Install gitleaks, or let the machine reach a Debian mirror once.',
      );
    }
    await using workshop = await makeWorkshop(subject.folders.cache);
    const caught = await catchesPlanted(tool.program, workshop.folder, call);
    const mirror = await mirrorOf(subject.projectRoot, workshop.folder, call);
    const findings = await leaksIn(tool.program, mirror, workshop.folder, call);
    const [first, ...more] = [...findings, ...(await hiddenIn(mirror, call))];
    return {
      tool: { name: 'gitleaks', version: tool.version },
      control: { what: 'a private key that was committed and taken out again', caught },
      looked: history,
      outcome: first === undefined ? { kind: 'clean' } : { kind: 'findings', findings: [first, ...more] },
    } satisfies Scanned;
  },
};

async function findGitleaks({ folders }: ScanSubject, call: Call): Promise<FetchedTool> {
  try {
    const own = await exec('gitleaks', ['version'], call);
    if (own.exitCode === 0) return { program: 'gitleaks' as LocalPath, version: own.stdout.trim().slice(0, 40) };
  } catch {
    // There is none on the path.
  }
  return await debianTool(folders, gitleaks, call);
}

/** How many files and bytes the history has, or why it cannot be looked at. */
async function historyOf(folder: LocalPath, call: Call): Promise<{ readonly files: number; readonly bytes: number } | string> {
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

async function leaksIn(program: string, repository: string, scratch: LocalPath, call: Call): Promise<readonly ScanFinding[]> {
  const file = path.join(scratch, 'gitleaks.json');
  const args = [
    'detect',
    '--source',
    repository,
    '--report-format',
    'json',
    '--report-path',
    file,
    '--redact',
    '--no-banner',
    '--exit-code',
    String(FOUND),
  ];
  // A configuration in the project or the environment must not be able to blind it. It also looks for a list of what to leave out where it is started.
  const result = await exec(program, [...args, '--config', await emptyConfig(scratch)], call, {
    cwd: scratch,
    env: { GITLEAKS_CONFIG: '', ...HONEST_GIT },
  });
  call.signal.throwIfAborted();
  if (result.exitCode !== 0 && result.exitCode !== FOUND)
    throw new Error(`gitleaks ended with ${result.exitCode ?? result.signal}: ${result.stderr.trim().slice(-300)}`);
  const found = report.parse(JSON.parse((await readTextIfThere(file)) ?? 'null'));
  await removeTree(file);
  return found.map(({ Description, StartLine, File, Commit, RuleID }) =>
    scanFindingOf(
      `secrets-in-history.${RuleID}`,
      'error',
      `${Description} in commit ${Commit.slice(0, 12)}`,
      FIX,
      { path: File, line: Math.max(1, StartLine), part: `commit ${Commit.slice(0, 12)}` },
      `${Commit}:${StartLine}`,
    ),
  );
}

/** What stands in a clone instead of an object is that clone's alone. */
const HONEST_GIT = { GIT_NO_REPLACE_OBJECTS: '1' };

/**
 * The same history without a work tree: neither a `.gitleaksignore` nor the attributes of the project (`*.pem -diff`) are read there, and what git takes
 * for text is decided by its content alone.
 */
async function mirrorOf(folder: LocalPath, scratch: LocalPath, call: Call): Promise<LocalPath> {
  const mirror = path.join(scratch, 'history.git') as LocalPath;
  // The project may be a folder of a larger repository.
  const root = (await git(folder, ['rev-parse', '--show-toplevel'], call)).replace(/\n$/, '');
  await git(scratch, ['clone', '--quiet', '--mirror', '--shared', '--template=', '--', root, mirror], call);
  await writeFileAtomic(path.join(mirror, 'info', 'attributes'), '* !diff\n');
  return mirror;
}

/** Put together here, so that this file does not blind anybody. */
const ALLOW = ['gitleaks', 'allow'].join(':');

/** Comments that tell gitleaks to pass over their line. Debian's cannot be told to disregard them, so each commit that brought one is a finding. */
async function hiddenIn(mirror: LocalPath, call: Call): Promise<readonly ScanFinding[]> {
  const log = await git(
    mirror,
    ['log', '--all', '--no-textconv', '--no-ext-diff', `-G${ALLOW}`, '--name-only', '--format=%x00%H', '-z'],
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
          'secrets-in-history.hidden',
          'error',
          `A comment hides lines from gitleaks in commit ${commit.slice(0, 12)}`,
          'Look at what it hides; a finding that is harmless is accepted in policy.scans.suppressions, where somebody answers for it.',
          { path: piece, part: `commit ${commit.slice(0, 12)}` },
          commit,
        ),
      );
  }
  return findings;
}

/** What git says. Throws when it fails. */
async function git(folder: LocalPath, args: readonly string[], call: Call): Promise<string> {
  const { exitCode, stdout, stderr } = await exec('git', args, call, { cwd: folder, env: HONEST_GIT });
  call.signal.throwIfAborted();
  if (exitCode !== 0) throw new Error(`git ${args[0]}: ${stderr.trim().slice(-300)}`);
  return stdout;
}

/** gitleaks' own rules and nothing else. */
async function emptyConfig(scratch: LocalPath): Promise<string> {
  const file = path.join(scratch, 'gitleaks.toml');
  await writeFileAtomic(file, 'title = "the built-in rules"\n\n[extend]\nuseDefault = true\n');
  return file;
}

/** Whether it finds a key that was committed and then removed. */
async function catchesPlanted(program: string, scratch: LocalPath, call: Call): Promise<boolean> {
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
  return (await leaksIn(program, repository, scratch, call)).length > 0;
}
