import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { ExistingHost } from '../../core/existing-host.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { RunRecord } from '../../core/record.ts';
import { exec } from '../../host/exec.ts';
import { copyProject } from '../../host/copy-project.ts';
import { foldersIn } from '../../host/folders.ts';
import { type SshHost, sshHost } from '../../testing/existing/ssh-host.ts';
import { stillRunning } from '../../testing/host-processes.ts';
import { type LabEnd, startLab } from '../../testing/lab-process.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { noWine, projectRoot, testCall } from '../../testing/wine-rig.ts';
import { noteUse } from './used-note.ts';

t.setTimeout(600_000);

const TOKEN = randomBytes(12).toString('hex');

/** What restores a host when it is told to with the token: an API of a hypervisor. */
async function snapshots(t: Test, host: SshHost): Promise<{ readonly url: string; readonly restored: () => number }> {
  let restored = 0;
  const api = http.createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end();
    void host.restore().then(
      () => {
        restored += 1;
        response.writeHead(204).end();
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => void api.listen(0, '127.0.0.1', () => resolve()));
  t.teardown(() => void api.close());
  return { url: `http://127.0.0.1:${(api.address() as AddressInfo).port}/restore`, restored: () => restored };
}

/** This project with no guest but a host over SSH, as somebody has just committed it. */
async function projectWith(t: Test, host: SshHost, more: Partial<ExistingHost>): Promise<LocalPath> {
  const project = path.join(await scratchFolder(t), 'project') as LocalPath;
  await copyProject(projectRoot, project, testCall());
  const file = path.join(project, 'lab.config.json');
  const existing = {
    address: host.address,
    user: host.user,
    passwordEnv: 'HOST_PASSWORD',
    hostKeySha256: host.hostKeySha256,
    launcher: host.launcher,
    ...more,
  };
  const guests = [{ name: 'lab-pc', os: 'windows-11', build: 26100, provider: 'existing', existing }];
  await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), guests }));
  await appendFile(path.join(project, '.gitignore'), '/node_modules\n');
  for (const args of [
    ['init', '--quiet'],
    ['add', '--all'],
    ['commit', '--quiet', '--no-verify', '--message', 'test'],
  ]) {
    const who = ['-c', 'user.name=lab', '-c', 'user.email=lab@invalid', '-c', 'commit.gpgsign=false'];
    const { exitCode, stderr } = await exec('git', [...who, ...args], testCall(), { cwd: project });
    if (exitCode !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  }
  return project;
}

/** Runs the lab on the host, and reads what it made of it. */
async function runOn(
  t: Test,
  project: LocalPath,
  state: string,
  password: string,
): Promise<{ readonly end: LabEnd; readonly record: RunRecord; readonly folder: string; readonly left: readonly string[] }> {
  const reports = path.join(await scratchFolder(t), 'reports');
  const env = { HOST_PASSWORD: password, API_TOKEN: TOKEN };
  const args = ['run', '--config', path.join(project, 'lab.config.json'), '--check', 'clean-install,smartscreen', '--reports', reports];
  const running = startLab(args, { state, env });
  const end = await running.ended;
  const [id = ''] = await readdir(reports);
  const folder = path.join(reports, id);
  const left = (await stillRunning(running.descendants.keys())).map(String);
  return { end, folder, left, record: JSON.parse(await readFile(path.join(folder, 'record.json'), 'utf8')) as RunRecord };
}

t.test('the whole verification on a host over SSH', { skip: noWine }, async (t) => {
  const host = await sshHost(t, randomBytes(12).toString('hex'));
  const state = path.join(await scratchFolder(t), 'state');
  await mkdir(state);

  await t.test('one that is reset before each check that wants it pristine', async (t) => {
    const api = await snapshots(t, host);
    const project = await projectWith(t, host, { reset: { url: api.url, method: 'POST', tokenEnv: 'API_TOKEN', limitSeconds: 60 } });
    const { end, record, folder, left } = await runOn(t, project, state, host.password);
    // What scanners say of the sources is not this test's; that the lab could decide, is.
    t.match(end.exitCode, /^[01]$/, `${end.stdout.slice(-3000)}\n${end.stderr}`);
    t.match(end.stdout, /rehearsal \(emulated, not Windows\)/);
    t.equal(record.assurance, 'emulated', 'an address makes no Windows of it');
    t.match(record.guests, [{ spec: { name: 'lab-pc', provider: 'existing' }, osVersion: '10.0.26100', platform: /^existing host, Wine/ }]);
    t.same(
      record.cells.map((cell) => [cell.id, cell.outcome.kind]),
      [
        ['clean-install@lab-pc', 'passed'],
        ['smartscreen@lab-pc', 'skipped'],
      ],
    );
    t.ok(api.restored() >= 1, `${api.restored()} resets`);
    t.match(await readFile(path.join(folder, 'report.html'), 'utf8'), /lab-pc/);
    for (const name of ['events.ndjson', 'record.json', 'report.html']) {
      const text = await readFile(path.join(folder, name), 'utf8');
      for (const secret of [host.password, TOKEN]) t.notOk(text.includes(secret), `${name} has no secret`);
    }
    t.same(left, []);
  });

  await t.test('one that was used and that nothing resets is not called pristine, whoever asks', async (t) => {
    await host.restore();
    const project = await projectWith(t, host, {});
    const folders = foldersIn({ LAB_STATE_DIR: state });
    await noteUse(folders, host.address, 'an earlier run', '2026-01-01T00:00:00.000Z');
    const { end, record } = await runOn(t, project, state, host.password);
    t.not(end.exitCode, 0, end.stdout.slice(-2000));
    t.match(record.cells[0], {
      id: 'clean-install@lab-pc',
      outcome: { kind: 'inconclusive', error: { code: 'existing.cannot-reset' } },
    });
    t.match(end.stdout, /was used and nothing resets it/);
  });
});
