import { z } from 'zod';
import type { Call } from '../../../core/call.ts';
import type { LocalPath } from '../../../core/ids.ts';
import type { ScanFinding, Scanner } from '../../../core/scan.ts';
import { type ExecResult, exec } from '../../../host/exec.ts';
import { makeWorkshop } from '../../../host/workshop.ts';
import { hiddenIn, historyOf, honestGit, mirrorOf, plantedRepository } from '../git-history.ts';
import { notRun } from '../not-run.ts';
import { historyDigest } from '../scan-digests.ts';
import { scanFindingOf } from '../scan-finding.ts';

const ID = 'secrets-second-opinion';
const INSTALL = 'Put TruffleHog 3 on the path; its own releases have it, Debian has not.';
const FIX =
  'Replace it where it is used: whoever has a clone has it. One that protects nothing can be accepted in policy.scans.suppressions.';
/** Exit code with `--fail` when something was found. */
const FOUND = 183;
/** Put together here, so that this file does not blind anybody. */
const IGNORE = ['trufflehog', 'ignore'].join(':');

/** A line of `trufflehog --json`; what it found is in it too, and is not read. */
const found = z.object({
  SourceMetadata: z.object({ Data: z.object({ Git: z.object({ commit: z.string(), file: z.string(), line: z.int().default(1) }) }) }),
  DetectorName: z.string(),
});

/** Has TruffleHog look at every commit that led to the release, where somebody has installed it: it knows other kinds of secrets than gitleaks. */
export const secretsSecondOpinion: Scanner = {
  id: ID,
  title: 'Secrets, a second opinion',
  question: 'Does another scanner find a key, a password or a token in the repository?',
  waits: true,
  basis: async ({ projectRoot }, call) => {
    const [history, version] = [await historyDigest(projectRoot, call), await findTruffleHog(call)];
    return history && version && { history, version };
  },
  scan: async (subject, call) => {
    const history = await historyOf(subject.projectRoot, call);
    if (typeof history === 'string') return notRun(history, 'Scan a full clone of the repository.');
    const version = await findTruffleHog(call);
    if (version === undefined) return notRun('there is no TruffleHog 3 on this machine', INSTALL);
    await using workshop = await makeWorkshop(subject.folders.cache);
    const caught = (await leaksIn(await plantedRepository(workshop.folder, call), workshop.folder, call)).length > 0;
    const mirror = await mirrorOf(subject.projectRoot, workshop.folder, call);
    const [first, ...more] = [
      ...(await leaksIn(mirror, workshop.folder, call)),
      ...(await hiddenIn(mirror, IGNORE, { id: ID, tool: 'TruffleHog' }, call)),
    ];
    return {
      tool: { name: 'TruffleHog', version },
      control: { what: 'a private key that was committed and taken out again', caught },
      looked: history,
      outcome: first === undefined ? { kind: 'clean' } : { kind: 'findings', findings: [first, ...more] },
    };
  },
};

/** Its version; `undefined` where it is not there, or is the one before 3, which is another program. */
async function findTruffleHog(call: Call): Promise<string | undefined> {
  let said: ExecResult;
  try {
    said = await exec('trufflehog', ['--version'], call);
  } catch (error) {
    if (call.signal.aborted) throw error;
    return undefined;
  }
  // trufflehog 3.90.8
  return /^trufflehog (3\.[\w.+-]{1,40})$/m.exec(`${said.stdout}\n${said.stderr}`)?.[1];
}

async function leaksIn(repository: LocalPath, scratch: LocalPath, call: Call): Promise<readonly ScanFinding[]> {
  // Verifying a secret means sending it to whoever issued it.
  const args = ['git', `file://${repository}`, '--json', '--no-verification', '--no-update', '--fail'];
  const result = await exec('trufflehog', args, call, { cwd: scratch, env: honestGit });
  call.signal.throwIfAborted();
  // What it says of a failure may hold what it was looking at.
  if (result.exitCode !== 0 && result.exitCode !== FOUND) throw new Error(`trufflehog ended with ${result.exitCode ?? result.signal}`);
  const findings = result.stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => findingOf(line));
  if (findings.length > 0 !== (result.exitCode === FOUND))
    throw new Error(`trufflehog contradicts itself: ${findings.length} secrets named, exit code ${result.exitCode}`);
  return findings;
}

function findingOf(line: string): ScanFinding {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    json = undefined;
  }
  const parsed = found.safeParse(json);
  if (!parsed.success) throw new Error('trufflehog printed something that is not one of its findings');
  const { DetectorName, SourceMetadata } = parsed.data;
  const { commit, file, line: at } = SourceMetadata.Data.Git;
  const short = commit.slice(0, 12);
  // PrivateKey → privatekey
  const kind = DetectorName.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return scanFindingOf(
    `${ID}.${kind}`,
    'error',
    `A secret of the kind ${DetectorName.slice(0, 80)} in commit ${short}`,
    FIX,
    { path: file, line: Math.max(1, at), part: `commit ${short}` },
    `${commit}:${at}:${DetectorName}`,
  );
}
