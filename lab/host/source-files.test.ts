import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { LocalPath } from '../core/ids.ts';
import { patientCall } from '../testing/build-rig.ts';
import { exec } from './exec.ts';
import { sourceFiles } from './source-files.ts';

function project(folder: string): LocalPath {
  for (const [name, text] of Object.entries({
    'b.txt': 'b',
    'a/ümlaut name.txt': 'a',
    'new.txt': 'n',
    'ignored.log': 'i',
    '.gitignore': '*.log\nnode_modules\n',
    'node_modules/x/index.js': 'x',
  })) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  symlinkSync('/etc/passwd', path.join(folder, 'link'));
  return folder as LocalPath;
}

t.test('what git knows and what it would take in', async (t) => {
  const folder = project(t.testdir({}));
  const git = async (...args: readonly string[]): Promise<void> => {
    const { exitCode, stderr } = await exec('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.test', ...args], patientCall, {
      cwd: folder,
    });
    t.equal(exitCode, 0, stderr);
  };
  await git('init', '--quiet');
  await git('add', 'b.txt', 'a', 'link', '.gitignore');
  t.same(await sourceFiles(folder, patientCall), ['.gitignore', 'a/ümlaut name.txt', 'b.txt', 'new.txt']);
});

t.test('without git: everything but what was installed', async (t) => {
  const folder = project(t.testdir({}));
  const outside = { GIT_CEILING_DIRECTORIES: path.dirname(folder) };
  Object.assign(process.env, outside);
  t.teardown(() => delete process.env['GIT_CEILING_DIRECTORIES']);
  t.same(await sourceFiles(folder, patientCall), ['.gitignore', 'a/ümlaut name.txt', 'b.txt', 'ignored.log', 'new.txt']);
});
