import { copyFile, cp, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { RunRecord } from '../core/record.ts';
import { stillRunning } from '../testing/host-processes.ts';
import { startLab } from '../testing/lab-process.ts';
import { scratchFolder } from '../testing/scratch-folder.ts';
import { noWine } from '../testing/wine-rig.ts';

t.setTimeout(600_000);

t.test('the real command line on two embedded guests, from source to a sealed report', { skip: noWine }, async (t) => {
  const scratch = await scratchFolder(t);
  const reports = path.join(scratch, 'reports');
  const state = path.join(scratch, 'state');
  const lab = (...args: string[]) => startLab(args, { state }).ended;

  const running = startLab(['run', '--reports', reports, '--check', 'clean-install,smartscreen'], { state });
  const run = await running.ended;
  t.equal(run.exitCode, 0, `${run.stdout}\n${run.stderr}`);
  t.match(run.stdout, /ACCEPTED as a rehearsal \(emulated, not Windows\)/);
  t.match(run.stdout, /report\.html/);
  // A pipe is no terminal: complete lines and no cursor code.
  t.notMatch(run.stdout, new RegExp(String.fromCodePoint(27)));

  const [id] = await readdir(reports);
  const folder = path.join(reports, id ?? '');
  const record = JSON.parse(await readFile(path.join(folder, 'record.json'), 'utf8')) as RunRecord;
  t.equal(record.verdict, 'accepted');
  t.equal(record.assurance, 'emulated');
  t.same(
    record.cells.map((cell) => [cell.id, cell.outcome.kind]),
    [
      ['clean-install@win10', 'passed'],
      ['smartscreen@win10', 'skipped'],
      ['clean-install@win11', 'passed'],
      ['smartscreen@win11', 'skipped'],
    ],
  );
  t.same(
    record.guests.map((guest) => [guest.spec.name, guest.osVersion, guest.isolation]),
    [
      ['win10', '10.0.19045', 'namespaces'],
      ['win11', '10.0.26100', 'namespaces'],
    ],
  );
  t.match(await readFile(path.join(folder, 'report.html'), 'utf8'), /emulated, not Windows/);
  t.same((await readdir(path.join(folder, 'release'))).toSorted(), [
    'anivault-0.1.0-win-x64.intoto.jsonl',
    'anivault-0.1.0-win-x64.zip',
    'manifest.json',
  ]);

  await t.test('it can be verified, rejudged, listed and rendered again', async (t) => {
    t.match(await lab('verify', 'latest', '--reports', reports), { exitCode: 0, stdout: /not one byte changed/ });
    t.match(await lab('rejudge', 'latest', '--reports', reports), { exitCode: 0, stdout: /same/ });
    t.match(await lab('list', '--reports', reports), { exitCode: 0, stdout: new RegExp(`${id}.*accepted.*emulated.*sealed`) });
    t.match(await lab('report', 'latest', '--reports', reports, '--output', path.join(scratch, 'again.html')), { exitCode: 0 });
    t.equal(
      await readFile(path.join(scratch, 'again.html'), 'utf8'),
      await readFile(path.join(folder, 'report.html'), 'utf8'),
      'replayed is live',
    );
  });

  await t.test('a flipped byte, a stranger’s key and a missing run are noticed', async (t) => {
    const changed = path.join(scratch, 'changed', id ?? '');
    await cp(folder, changed, { recursive: true });
    const bytes = await readFile(path.join(changed, 'report.html'));
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await writeFile(path.join(changed, 'report.html'), bytes);
    t.match(await lab('verify', changed), { exitCode: 1, stdout: /report\.html has changed/ });
    await copyFile(path.join(folder, 'report.html'), path.join(changed, 'report.html'));
    t.match(await lab('verify', changed), { exitCode: 0 });
    t.match(await startLab(['verify', changed], { state: path.join(scratch, 'elsewhere') }).ended, {
      exitCode: 1,
      stdout: /not trusted here/,
    });
    t.match(await lab('verify', 'nope', '--reports', reports), { exitCode: 2, stderr: /There is no run nope/ });
  });
  t.ok(
    [...running.descendants.values()].some((line) => line.includes('guest-host')),
    'there were guests',
  );
  t.same(await stillRunning(running.descendants.keys()), [], 'and nothing of them is left');
});
