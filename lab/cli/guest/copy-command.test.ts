import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { GuestLease } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import { validate } from '../../core/validate.ts';
import { sha256Of } from '../../host/hash.ts';
import { type CliEnd, cliRig } from '../../testing/cli-rig.ts';
import { password, scriptedEndpoint } from '../../testing/winrm/examine.ts';
import { wineSpecs } from '../../testing/wine-rig.ts';
import { hostRig } from '../../testing/winrm/host-rig.ts';
import { inboxProcesses } from '../../testing/winrm/inbox-processes.ts';
import { copyReceiptFormat } from './copy-receipt.ts';
import { noteGuest } from '../running-guests.ts';

t.setTimeout(120_000);

t.test('files and folders, both ways', async (t) => {
  const { endpoint } = await hostRig(t, 'ntlm');
  const { lab, folder, state } = cliRig(t);
  const lease = { spec: wineSpecs.win11, endpoint } as GuestLease;
  await using _note = await noteGuest('mine', lease, '2026-11-21T12:00:00.000Z', state as LocalPath);
  const copy = (from: string, to: string): Promise<CliEnd> => lab(['guest', 'copy', from, to]);
  const file = path.join(folder, 'one.txt');
  await writeFile(file, 'content of one');
  const digest = sha256Of('content of one');

  const sent = await copy(file, 'mine:C:\\contract\\sent.txt');
  t.equal(sent.exitCode, 0, sent.stderr);
  t.match(sent.stdout, `C:\\contract\\sent.txt\n  14 bytes, SHA-256 ${digest}\n  `);
  const again = await copy(file, 'mine:C:\\contract\\sent.txt');
  t.match(again.stdout, /already-there/);
  const into = await copy(file, 'mine:C:/contract/');
  t.match(into.stdout, /^C:\\contract\\one\.txt\n/, 'a folder takes it under its own name');

  const back = await copy('mine:C:\\contract\\sent.txt', path.join(folder, 'back.txt'));
  t.equal(back.exitCode, 0, back.stderr);
  t.equal(await readFile(path.join(folder, 'back.txt'), 'utf8'), 'content of one');
  const beside = path.join(folder, 'beside');
  await mkdir(beside);
  t.equal((await copy('mine:C:\\contract\\sent.txt', beside)).exitCode, 0);
  t.same(await readdir(beside), ['sent.txt']);

  const tree = path.join(folder, 'tree');
  await mkdir(path.join(tree, 'deep'), { recursive: true });
  await writeFile(path.join(tree, 'a.txt'), 'a');
  await writeFile(path.join(tree, 'deep', 'ü.txt'), 'u');
  const folderSent = await copy(tree, 'mine:C:\\contract\\tree');
  t.equal(folderSent.exitCode, 0, folderSent.stderr);
  t.match(folderSent.stdout, /2 files, 2 B, SHA-256 of the list [0-9a-f]{64}/);
  for (const from of ['mine:C:\\contract\\tree\\', 'mine:C:\\contract\\tree']) {
    const to = path.join(folder, from.endsWith('\\') ? 'told' : 'found out');
    const fetched = await copy(from, to);
    t.equal(fetched.exitCode, 0, fetched.stderr);
    t.equal(await readFile(path.join(to, 'deep', 'ü.txt'), 'utf8'), 'u');
  }

  for (const [from, expected] of [
    [file, { kind: 'file', path: 'C:\\contract\\sent.txt', sizeBytes: 14, sha256: digest, way: 'already-there' }],
    [tree, { kind: 'folder', path: 'C:\\contract\\tree', sizeBytes: 2, files: 2 }],
  ] as const) {
    const { exitCode, stdout, stderr } = await lab(['guest', 'copy', '--json', from, `mine:${expected.path}`]);
    t.equal(exitCode, 0, stderr);
    t.match(validate(copyReceiptFormat, JSON.parse(stdout), 'stdout'), expected);
  }

  const missing = await copy('mine:C:\\contract\\nothing', path.join(folder, 'nothing'));
  t.equal(missing.exitCode, 3);
  t.match(missing.stderr, /C:\\contract\\nothing/);
  t.equal((await copy(path.join(folder, 'not here'), 'mine:C:\\contract\\x')).exitCode, 3);
  for (const [from, to] of [
    ['here', 'there'],
    ['mine:C:\\a', 'mine:C:\\b'],
  ] as const)
    t.match((await copy(from, to)).stderr, /one of the two has to be in a guest/);
});

t.test('a host by its URL, with what every Windows has', async (t) => {
  const { lab, folder } = cliRig(t);
  const root = path.join(folder, 'guest');
  await mkdir(path.join(root, 'c', 'contract'), { recursive: true });
  const { port } = await scriptedEndpoint(t, { processes: inboxProcesses(root) });
  const file = path.join(folder, 'file.bin');
  await writeFile(file, Buffer.alloc(100_000, 'lab'));
  const copy = (name: string, ...more: readonly string[]): Promise<CliEnd> =>
    lab(['guest', 'copy', '--password-env', 'SECRET', ...more, file, `winrm+http://lab@127.0.0.1:${port}:C:\\contract\\${name}`], {
      environment: { SECRET: password },
    });
  const pushed = await copy('pushed.bin');
  t.equal(pushed.exitCode, 0, pushed.stderr);
  t.match(pushed.stdout, /base64-lines/);
  const pulled = await copy('pulled.bin', '--pull-from', '127.0.0.1');
  t.equal(pulled.exitCode, 0, pulled.stderr);
  t.match(pulled.stdout, /http-pull/);
  for (const name of ['pushed.bin', 'pulled.bin'])
    t.ok((await readFile(path.join(root, 'c', 'contract', name))).equals(await readFile(file)), name);
  t.match((await copy('x', '--pull-from', 'somewhere')).stderr, /an address of this machine/);
});
