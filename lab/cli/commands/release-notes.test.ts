import path from 'node:path';
import t, { type Test } from 'tap';
import { releaseNotesFormat } from '../../steps/release-notes/release-notes.ts';
import { validate } from '../../core/validate.ts';
import { type CliEnd, cliRig } from '../../testing/cli-rig.ts';
import { type GitRig, gitRig } from '../../testing/git-rig.ts';

/** A repository and the command in it. */
async function rigOf(t: Test, version?: string): Promise<GitRig & { readonly notes: (...args: readonly string[]) => Promise<CliEnd> }> {
  const rig = await gitRig(t, version);
  const { lab } = cliRig(t);
  return { ...rig, notes: (...args) => lab(['release-notes', '--config', path.join(rig.folder, 'lab.config.json'), ...args]) };
}

const setVersion = (rig: GitRig, version: string): void => rig.write('package.json', JSON.stringify({ name: 'small', version }));

t.test('from the first commit to the second release', async (t) => {
  const rig = await rigOf(t);
  const first = rig.commit('feat(scan): read folders\n\nCloses #4');
  rig.commit('test: something');
  rig.commit('fix: a typo');
  t.match(await rig.notes(), {
    exitCode: 0,
    stdout: `## [0.1.0] - 2026-11-21\n\n### Added\n\n- **scan**: read folders (#4, ${first.slice(0, 10)})\n\n### Fixed\n\n- a typo (`,
    stderr: '',
  });
  t.match(await rig.notes('--check'), { exitCode: 1, stdout: /CHANGELOG\.md lacks 2 entries[\s\S]*read folders/ });
  t.match(await rig.notes('--for', '0.2.0', '--write'), { exitCode: 2, stderr: /package\.json says 0\.1\.0/ });
  t.match(await rig.notes('--write', '--for', '0.1.0'), { exitCode: 0, stdout: /written/ });
  t.match(rig.read('CHANGELOG.md'), /## \[Unreleased\]\n\n## \[0\.1\.0\] - 2026-11-21\n\n### Added\n\n- \*\*scan\*\*/);
  t.match(await rig.notes('--check', '--for', '0.1.0'), { exitCode: 0, stdout: /tells of all/ });
  rig.git(['add', '.']);
  rig.commit('chore(release): 0.1.0');
  rig.git(['tag', '-a', '-m', 'v0.1.0', 'v0.1.0']);
  rig.git(['tag', 'nightly']);

  t.match(await rig.notes(), { exitCode: 0, stdout: '## [0.1.1] - 2026-11-21\n\nNothing that readers would notice.\n' });
  const taken = rig.commit('feat: a thing that goes again');
  rig.commit(`Revert "feat: a thing that goes again"\n\nThis reverts commit ${taken}.`);
  rig.commit('fix: mend it');
  const json = await rig.notes('--json');
  t.match(validate(releaseNotesFormat, JSON.parse(json.stdout), 'stdout'), {
    last: '0.1.0',
    version: '0.1.1',
    demand: 'fix',
    commits: { count: 3, takenBack: 2 },
    sections: [{ title: 'Fixed', entries: [{ text: 'mend it' }] }],
  });
  const breaking = rig.commit('feat(cli)!: other options\n\nBREAKING CHANGE: --old is --new');
  rig.git(['remote', 'add', 'origin', ['https://user', 'secret@github.com/owner/name.git'].join(':')]);
  setVersion(rig, '0.1.1');
  t.match(await rig.notes('--for', '0.1.1'), {
    exitCode: 2,
    stderr: new RegExp(
      `0\\.1\\.1 cannot be the next version: the changes since 0\\.1\\.0 demand 0\\.2\\.0:\\s+${breaking.slice(0, 10)} feat\\(cli\\)!`,
    ),
  });
  setVersion(rig, '0.2.0');
  const before = rig.read('CHANGELOG.md');
  t.match(await rig.notes('--for', '0.2.0', '--write', '--date', '2026-12-24'), { exitCode: 0 });
  const changelog = rig.read('CHANGELOG.md');
  t.match(
    changelog,
    `## [0.2.0] - 2026-12-24\n\n### Breaking changes\n\n- **cli**: other options: --old is --new ([${breaking.slice(0, 10)}](https://github.com/owner/name/commit/${breaking}))`,
  );
  t.notMatch(changelog, 'secret');
  t.match(
    changelog,
    '[Unreleased]: https://github.com/owner/name/compare/v0.2.0...HEAD\n[0.2.0]: https://github.com/owner/name/compare/v0.1.0...v0.2.0\n',
  );
  t.ok(changelog.includes(before.slice(before.indexOf('## [0.1.0]'))), 'the older section has every byte');
  for (const [version, reason] of [
    ['0.1.0', /tagged already/],
    ['0.0.9', /0\.1\.0 was there before/],
    ['next', /no version/],
  ] as const)
    t.match(await rig.notes('--for', version), { exitCode: 2, stderr: reason });
});

t.test('what a person wrote is not lost, and the same again writes nothing', async (t) => {
  const rig = await rigOf(t);
  const hash = rig.commit('feat: one');
  rig.commit('feat: two');
  const bytes = Buffer.concat([
    Buffer.from(
      `# Changelog\r\n\r\n## [Unreleased]\r\n\r\n### Added\r\n\r\n- One, in better words (${hash.slice(0, 10)}).\r\n\r\n## [0.0.1]\r\n\r\n- `,
    ),
    Buffer.from([0xff, 0xfe, 0x80]),
    Buffer.from('\r\n'),
  ]);
  rig.write('CHANGELOG.md', bytes);
  t.match(await rig.notes('--write'), { stdout: /written/ });
  const text = Buffer.from(rig.read('CHANGELOG.md'));
  t.match(rig.read('CHANGELOG.md'), /better words \([0-9a-f]{10}\)\.\r\n- two \([0-9a-f]{10}\)\r\n\r\n## \[0\.0\.1\]\r\n/);
  t.match(await rig.notes('--write'), { stdout: /had everything already/ });
  t.same(Buffer.from(rig.read('CHANGELOG.md')), text);
  t.match(await rig.notes('--check'), { exitCode: 0 });
});

t.test('choices: where to begin, what to leave out, who', async (t) => {
  const rig = await rigOf(t);
  const first = rig.commit('feat: one', 'Bob');
  rig.commit('docs: two');
  rig.commit('chore: three\n\nCo-authored-by: Carol <c@example.org>');
  t.notMatch((await rig.notes('--since', first)).stdout, 'one');
  t.match(await rig.notes('--leave-out', 'feat,docs', '--authors'), {
    stdout: /### Internal\n\n- begin \(\w+\) by Ada Example\n- three \(\w+\) by Ada Example, Carol\n$/,
  });
  t.notMatch((await rig.notes('--authors')).stdout, 'example.org');
  t.notMatch((await rig.notes()).stdout, 'Bob');
  for (const since of ['nowhere', '--all', 'v1..v2', ''])
    t.match(await rig.notes(`--since=${since}`), { exitCode: 2, stderr: /There is no commit/ }, since);
  rig.git(['checkout', '--quiet', '--orphan', 'other']);
  const other = rig.commit('feat: elsewhere');
  rig.git(['checkout', '--quiet', 'main']);
  t.match(await rig.notes('--since', other), { exitCode: 2, stderr: /There is no commit/ }, 'a commit that does not lead here');
  t.match(await rig.notes('--date', '2026-02-30'), { exitCode: 2, stderr: /no day/ });
  t.match(await rig.notes('--check', '--write'), { exitCode: 2 });
});

t.test('pre-releases, tags elsewhere, a detached head, changed files', async (t) => {
  const rig = await rigOf(t, '1.0.0');
  rig.git(['tag', '1.0.0']);
  rig.commit('feat!: other');
  rig.git(['tag', '2.0.0-beta.9']);
  rig.commit('fix: after nine');
  rig.git(['tag', '2.0.0-beta.10']);
  rig.commit('fix: after ten');
  rig.git(['checkout', '--quiet', '--detach']);
  rig.write('untracked.txt', 'x');
  t.match(JSON.parse((await rig.notes('--json')).stdout), {
    last: '2.0.0-beta.10',
    version: '2.0.0',
    demand: 'breaking',
    sections: [{ title: 'Fixed', entries: [{ text: 'after ten' }] }],
    warnings: [/^1 changed files/, /package\.json says 1\.0\.0, which cannot be the next version: it is tagged/],
  });
  setVersion(rig, '2.0.0-beta.11');
  t.match(await rig.notes('--for', '2.0.0-beta.11'), { exitCode: 0 });
  setVersion(rig, '1.5.0');
  t.match(await rig.notes('--for', '1.5.0'), { exitCode: 2, stderr: /2\.0\.0-beta\.10 was there before/ });
  setVersion(rig, '2.0.0');
  t.match((await rig.notes('--for', '2.0.0', '--write')).stdout, 'written');
  t.match(rig.read('CHANGELOG.md'), /## \[2\.0\.0\] /);
});

t.test('where no notes can be made', async (t) => {
  const rig = await rigOf(t);
  const { lab } = cliRig(t);
  rig.commit('feat: one');
  rig.git(['clone', '--quiet', '--depth', '1', `file://${rig.folder}`, 'shallow']);
  t.match(await lab(['release-notes', '--config', path.join(rig.folder, 'shallow', 'lab.config.json')]), {
    exitCode: 3,
    stderr: /shallow clone[\s\S]*git fetch --unshallow/,
  });
  const empty = await rigOf(t);
  empty.git(['update-ref', '-d', 'HEAD']);
  t.match(await empty.notes(), { exitCode: 3, stderr: /no commit/ });
  const none = await rigOf(t);
  none.git(['config', 'core.repositoryformatversion', '99']);
  t.match(await none.notes(), { exitCode: 3, stderr: /cannot be read/ });
  const { PATH } = process.env;
  process.env['PATH'] = rig.folder;
  t.teardown(() => (process.env['PATH'] = PATH));
  t.match(await rig.notes(), { exitCode: 3, stderr: /there is no git/ });
});

t.test('hostile messages', async (t) => {
  const rig = await rigOf(t);
  rig.commit('feat: \u001B[31mred\u001B[0m <img src=x onerror=alert(1)> [a](javascript:b) `c` https://example.org/x');
  // `git commit` would make UTF-8 of it.
  const raw = rig.git(['cat-file', 'commit', rig.commit('fix: bytes XYZ')]).replace('XYZ', '\u00FF\u00FE\u00C0\u0080');
  const broken = rig.git(['hash-object', '-w', '-t', 'commit', '--stdin'], Buffer.from(raw, 'latin1')).trim();
  rig.git(['reset', '--quiet', '--soft', broken]);
  rig.commit(`feat: long ${'x'.repeat(200_000)}`);
  rig.commit(`fix: a book\n\n${'All work and no play.\n'.repeat(100_000)}`);
  rig.commit('');
  rig.commit('fix: ## [9.9.9]\n\n## [9.9.9]\n<!--');
  const { stdout, stderr, exitCode } = await rig.notes();
  t.equal(exitCode, 0);
  t.notMatch(stdout, /\u001B|(?<!\\)<img|(?<!\\)\[a\]\(/);
  t.match(stdout, /- red \\<img src=x onerror=alert\(1\)\\> \\\[a\\\]\(javascript:b\) `c` `https:\/\/example\.org\/x` \(/);
  t.match(stdout, /bytes \uFFFD+/);
  t.match(stdout, /- \(no subject\) \(/);
  t.ok(stdout.length < 4000);
  t.match(stderr, /is too long; only its beginning was read/);
  await rig.notes('--write');
  t.match(await rig.notes('--check'), { exitCode: 0 });
  t.match(await rig.notes('--write'), { stdout: /had everything/ });
});

t.test('a hundred thousand commits', async (t) => {
  const rig = await rigOf(t);
  const COUNT = 100_000;
  let stream = '';
  for (let index = 0; index < COUNT; index += 1) {
    const message = `${index % 1000 === 0 ? 'feat' : 'chore'}: number ${index}\n\n${'A line of the body.\n'.repeat(10)}`;
    stream += `commit refs/heads/big\ncommitter A <a@example.org> ${1_700_000_000 + index} +0000\ndata ${message.length}\n${message}\n`;
  }
  rig.git(['fast-import', '--quiet'], stream);
  rig.git(['symbolic-ref', 'HEAD', 'refs/heads/big']);
  const started = performance.now();
  const { stdout, exitCode } = await rig.notes('--json');
  const seconds = (performance.now() - started) / 1000;
  t.equal(exitCode, 0);
  const notes = JSON.parse(stdout) as { commits: unknown; sections: { entries: unknown[] }[] };
  t.match(notes, { commits: { count: COUNT, leftOut: COUNT - 100 } });
  t.equal(notes.sections[0]?.entries.length, 100);
  t.ok(seconds < 60, `${seconds.toFixed(1)} s`);
  t.comment(`${seconds.toFixed(1)} s`);
});
