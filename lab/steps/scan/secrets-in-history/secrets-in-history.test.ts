import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { ScanSubject } from '../../../core/scan.ts';
import { exec } from '../../../host/exec.ts';
import { foldersIn } from '../../../host/folders.ts';
import { patientCall } from '../../../testing/build-rig.ts';
import { scratchFolder } from '../../../testing/scratch-folder.ts';
import { secretsInHistory } from './secrets-in-history.ts';

/** The machine's own cache: the scanner is fetched once. */
const subject = (projectRoot: string): ScanSubject => ({ projectRoot, folders: foldersIn(process.env) }) as unknown as ScanSubject;
const git = async (folder: string, ...args: readonly string[]): Promise<void> => {
  const result = await exec('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.test', ...args], patientCall, { cwd: folder });
  if (result.exitCode !== 0) throw new Error(result.stderr);
};

t.test('a key that was taken out again is found, and what would blind the scanner does not', async (t) => {
  const folder = await scratchFolder(t);
  const commit = async (message: string): Promise<void> => {
    await git(folder, 'add', '--all');
    await git(folder, 'commit', '--quiet', '--message', message);
  };
  await git(folder, 'init', '--quiet');
  writeFileSync(path.join(folder, 'a.txt'), 'hello');
  await commit('first');
  t.match(await secretsInHistory.scan(subject(folder), patientCall), {
    tool: { name: 'gitleaks' },
    control: { caught: true },
    outcome: { kind: 'clean' },
  });
  const options = {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  } as const;
  writeFileSync(path.join(folder, 'key.pem'), generateKeyPairSync('rsa', options).privateKey);
  writeFileSync(path.join(folder, '.gitleaks.toml'), 'title = "nothing"\n[allowlist]\npaths = [".*"]\n');
  await commit('second');
  rmSync(path.join(folder, 'key.pem'));
  await commit('third');
  t.match((await secretsInHistory.scan(subject(folder), patientCall)).outcome, {
    kind: 'findings',
    findings: [{ code: 'secrets-in-history.private-key', where: { path: 'key.pem', line: 1, part: /^commit [0-9a-f]{12}$/ } }],
  });

  const shallow = path.join(await scratchFolder(t), 'shallow');
  await git(folder, 'clone', '--quiet', '--depth', '1', `file://${folder}`, shallow);
  t.match((await secretsInHistory.scan(subject(shallow), patientCall)).outcome, { kind: 'not-run', reason: /shallow/ });
});

t.test('no list, attribute or comment in the project hides a key', async (t) => {
  const folder = await scratchFolder(t);
  const keep = async (name: string, content: string): Promise<void> => {
    writeFileSync(path.join(folder, name), content);
    await git(folder, 'add', '--all');
    await git(folder, 'commit', '--quiet', '--message', name);
  };
  const options = {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  } as const;
  await git(folder, 'init', '--quiet');
  await keep('.gitattributes', '*.pem -diff\n');
  await keep('key.pem', generateKeyPairSync('rsa', options).privateKey);
  const commit = (await exec('git', ['rev-parse', 'HEAD'], patientCall, { cwd: folder })).stdout.trim();
  await keep('.gitleaksignore', `${commit}:key.pem:private-key:1\n`);
  const found = await secretsInHistory.scan(subject(folder), patientCall);
  t.match(found.outcome, { kind: 'findings', findings: [{ code: 'secrets-in-history.private-key', where: { path: 'key.pem' } }] });

  // On no branch, and seen from a folder further down.
  await git(folder, 'checkout', '--quiet', '--detach');
  mkdirSync(path.join(folder, 'deep'));
  await keep('deep/a b.ts', ['const harmless = 1; // gitleaks', 'allow\n'].join(':'));
  const { outcome } = await secretsInHistory.scan(subject(path.join(folder, 'deep')), patientCall);
  t.match(outcome.kind === 'findings' && outcome.findings.slice(1), [
    { code: 'secrets-in-history.hidden', severity: 'error', where: { path: 'deep/a b.ts', part: /^commit [0-9a-f]{12}$/ } },
  ]);
});

t.test('without a repository there is no history', async (t) => {
  t.match((await secretsInHistory.scan(subject(await scratchFolder(t)), patientCall)).outcome, {
    kind: 'not-run',
    reason: /no git repository/,
  });
});
