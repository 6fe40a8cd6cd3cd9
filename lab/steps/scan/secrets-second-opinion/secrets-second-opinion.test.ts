import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { ScanSubject } from '../../../core/scan.ts';
import { exec } from '../../../host/exec.ts';
import { patientCall } from '../../../testing/build-rig.ts';
import { scratchFolder } from '../../../testing/scratch-folder.ts';
import { secretsSecondOpinion } from './secrets-second-opinion.ts';

const git = async (folder: string, ...args: readonly string[]): Promise<void> => {
  const result = await exec('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.test', ...args], patientCall, { cwd: folder });
  if (result.exitCode !== 0) throw new Error(result.stderr);
};

/** A repository to look at; the stand-in for the scanner lies beside it and is first on the path. */
async function projectWith(t: Test, script: string): Promise<{ readonly subject: ScanSubject; readonly project: string }> {
  const folder = await scratchFolder(t);
  const [bin, project] = [path.join(folder, 'bin'), path.join(folder, 'project')];
  for (const made of [bin, project]) mkdirSync(made);
  writeFileSync(path.join(bin, 'trufflehog'), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(bin, 'trufflehog'), 0o755);
  const before = process.env['PATH'];
  process.env['PATH'] = `${bin}:${before}`;
  t.teardown(() => (process.env['PATH'] = before));
  await git(project, 'init', '--quiet');
  writeFileSync(path.join(project, 'a.txt'), 'hello');
  await commit(project);
  const subject = { projectRoot: project, folders: { cache: path.join(folder, 'cache'), state: folder } } as unknown as ScanSubject;
  return { subject, project };
}

async function commit(project: string): Promise<void> {
  await git(project, 'add', '--all');
  await git(project, 'commit', '--quiet', '--message', 'next');
}

const version = "case $1 in --version) echo 'trufflehog 3.90.8' >&2; exit 0;; esac";
/** Finds private keys in the history of what it is given, as the real one prints them, and insists on the options that keep secrets here. */
const honest = `${version}
for option in --json --no-verification --no-update --fail; do case " $* " in *" $option "*) ;; *) exit 1;; esac; done
repository=\${2#file://}
code=0
for commit in $(git -C "$repository" log --all --format=%H --diff-filter=AM -G'BEGIN PRIVATE KEY'); do
  file=$(git -C "$repository" diff-tree --root -r --no-commit-id --name-only "$commit")
  echo '{"SourceMetadata":{"Data":{"Git":{"commit":"'"$commit"'","file":"'"$file"'","line":1}}},"DetectorName":"PrivateKey","Raw":"RAW"}'
  code=183
done
exit $code`;

t.test('a key that was taken out again is found, and what hides lines is told', async (t) => {
  const { subject, project } = await projectWith(t, honest);
  t.match(await secretsSecondOpinion.scan(subject, patientCall), {
    tool: { name: 'TruffleHog', version: '3.90.8' },
    control: { caught: true },
    outcome: { kind: 'clean' },
  });
  const basis = await secretsSecondOpinion.basis?.(subject, patientCall);
  t.match(basis, { version: '3.90.8' });
  const key = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(path.join(project, 'key.pem'), key.privateKey);
  await commit(project);
  rmSync(path.join(project, 'key.pem'));
  writeFileSync(path.join(project, 'b.ts'), ['// trufflehog', 'ignore'].join(':'));
  await commit(project);
  t.notSame(await secretsSecondOpinion.basis?.(subject, patientCall), basis, 'another history is another question');
  const { outcome } = await secretsSecondOpinion.scan(subject, patientCall);
  t.match(outcome.kind === 'findings' && outcome.findings, [
    { code: 'secrets-second-opinion.privatekey', severity: 'error', where: { path: 'key.pem', line: 1, part: /^commit [0-9a-f]{12}$/ } },
    { code: 'secrets-second-opinion.hidden', severity: 'error', where: { path: 'b.ts' } },
  ]);
  t.notMatch(JSON.stringify(outcome), 'RAW', 'what it found is told nowhere');
});

t.test('a scanner that finds nothing at all misses its control', async (t) => {
  const { subject } = await projectWith(t, `${version}; exit 0`);
  t.match(await secretsSecondOpinion.scan(subject, patientCall), { control: { caught: false } });
});

t.test('a scanner that cannot be believed has not run', async (t) => {
  for (const [what, script, message] of [
    ['fails', `${version}; echo broken >&2; exit 1`, /ended with 1/],
    ['names none and says that it found some', `${version}; exit 183`, /contradicts itself: 0 secrets/],
    ['prints something else', `${version}; echo 'Found a secret'; exit 183`, /not one of its findings/],
  ] as const) {
    await t.test(what, async (t) => {
      const { subject } = await projectWith(t, script);
      await t.rejects(secretsSecondOpinion.scan(subject, patientCall), { message });
    });
  }
  await t.test('is the program before version 3', async (t) => {
    const { subject } = await projectWith(t, 'echo "usage: trufflehog [-h] git_url" >&2; exit 2');
    t.match((await secretsSecondOpinion.scan(subject, patientCall)).outcome, { kind: 'not-run', reason: /no TruffleHog 3/ });
    t.equal(await secretsSecondOpinion.basis?.(subject, patientCall), undefined);
  });
  await t.test('has no history to look at', async (t) => {
    const { subject, project } = await projectWith(t, honest);
    rmSync(path.join(project, '.git'), { recursive: true });
    t.match((await secretsSecondOpinion.scan(subject, patientCall)).outcome, { kind: 'not-run', reason: /no git repository/ });
  });
});
