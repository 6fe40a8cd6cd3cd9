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
import { hiddenIn, historyOf, honestGit, mirrorOf, plantedRepository } from '../git-history.ts';
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
    const [first, ...more] = [...findings, ...(await hiddenIn(mirror, ALLOW, { id: 'secrets-in-history', tool: 'gitleaks' }, call))];
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
    env: { GITLEAKS_CONFIG: '', ...honestGit },
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

/** Put together here, so that this file does not blind anybody. */
const ALLOW = ['gitleaks', 'allow'].join(':');

/** gitleaks' own rules and nothing else. */
async function emptyConfig(scratch: LocalPath): Promise<string> {
  const file = path.join(scratch, 'gitleaks.toml');
  await writeFileAtomic(file, 'title = "the built-in rules"\n\n[extend]\nuseDefault = true\n');
  return file;
}

/** Whether it finds a key that was committed and then removed. */
async function catchesPlanted(program: string, scratch: LocalPath, call: Call): Promise<boolean> {
  return (await leaksIn(program, await plantedRepository(scratch, call), scratch, call)).length > 0;
}
