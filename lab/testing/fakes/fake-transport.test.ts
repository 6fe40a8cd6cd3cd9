import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { type LocalPath, remotePath } from '../../core/ids.ts';
import { callFor, openCall } from '../calls.ts';
import { transportContract } from '../contracts/transport-contract.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { contractCommands, contractPrograms } from './fake-programs.ts';
import { type FakeTransport, fakeTransport } from './fake-transport.ts';

t.setTimeout(120_000);

t.test('a fake keeps every promise of a transport', async (t) => {
  const transport = fakeTransport();
  const { guest, endpoint } = transport.addGuest(contractPrograms);
  const folder = remotePath('C:\\contract');
  guest.files.makeDirectory(folder);
  await transportContract(t, 'contract', {
    transport,
    endpoint,
    withPassword: (password) => ({ ...endpoint, password }),
    commands: contractCommands,
    folder,
    workingDirectory: folder,
    startUpMs: 60,
    running: () => guest.running(),
    loseGuest: async () => guest.lose(),
    call: () => callFor(60_000),
  });
  t.equal(transport.open(), 0, 'the suite disposes of every connection');
});

async function connected(
  t: Test,
): Promise<ReturnType<FakeTransport['addGuest']> & { readonly connection: Awaited<ReturnType<FakeTransport['connect']>> }> {
  const transport = fakeTransport();
  const made = transport.addGuest(contractPrograms);
  const connection = await transport.connect(made.endpoint, openCall());
  t.teardown(() => connection[Symbol.asyncDispose]());
  return { ...made, connection };
}

t.test('a fake makes nothing up', async (t) => {
  const { endpoint, connection } = await connected(t);
  const run = (line: string): Promise<unknown> => connection.run({ line, shell: 'cmd' }, openCall());
  await t.rejects(run('format c:'), { message: /^run "format c:" came and the fake guest knows echo, stderr, exit/ });
  await t.rejects(connection.run({ ...contractCommands.directory, cwd: remotePath('C:\\nowhere') }, openCall()), {
    message: /in C:\\nowhere, which is no folder/,
  });
  await t.rejects(fakeTransport().connect(endpoint, openCall()), { message: /fake-1\.invalid\/wsman came and only none is there/ });
  await connection[Symbol.asyncDispose]();
  await connection[Symbol.asyncDispose]();
  await t.rejects(run('exit'), { message: 'run "exit" came after the connection was disposed of' });
  const file = remotePath('C:\\a');
  await t.rejects(connection.put('/nothing' as LocalPath, file, openCall()), { message: /^put C:\\a came after/ });
  await t.rejects(connection.getDirectory(file, '/nothing' as LocalPath, openCall()), { message: /^getDirectory C:\\a came after/ });
});

t.test('folders go and come as a whole', async (t) => {
  const { connection, guest } = await connected(t);
  const scratch = await scratchFolder(t);
  const local = (name: string): LocalPath => path.join(scratch, name) as LocalPath;
  await mkdir(local('from/sub/empty'), { recursive: true });
  await writeFile(local('from/sub/ä.txt'), 'ä');
  await writeFile(local('from/a.bin'), Buffer.alloc(700_000, 1));
  const to = remotePath('C:\\copied\\tree');
  const seen: number[] = [];
  const receipt = await connection.putDirectory(local('from'), to, openCall(), { onProgress: (done) => seen.push(done) });
  t.match(receipt, { path: to, files: 2, sizeBytes: 700_002, way: 'memory' });
  t.same(seen, [262_144, 524_288, 700_002], 'progress never falls and ends with all of it');
  t.match(await connection.putDirectory(local('from'), to, openCall()), { way: 'already-there', treeSha256: receipt.treeSha256 });
  await writeFile(local('from/more'), '');
  await t.rejects(connection.putDirectory(local('from'), to, openCall()), { code: 'copy.exists' });
  t.equal(guest.files.kindOf(remotePath('C:\\copied\\tree\\more')), undefined, 'nothing of it arrived');

  t.match(await connection.getDirectory(to, local('back'), openCall()), { files: 2, treeSha256: receipt.treeSha256 });
  t.equal(await readFile(local('back/sub/ä.txt'), 'utf8'), 'ä');
  await t.rejects(connection.getDirectory(to, local('back'), openCall()), { code: 'copy.exists' });
  await t.rejects(connection.getDirectory(to, local('from'), openCall()), { code: 'copy.exists' });
  await t.rejects(connection.getDirectory(remotePath('C:\\none'), local('none'), openCall()), { code: 'copy.archive-refused' });

  await symlink('/etc/hostname', local('from/out'));
  await t.rejects(connection.putDirectory(local('from'), remotePath('C:\\other'), openCall()), { code: 'copy.unsafe-name' });
  await connection.put(local('from/more'), remotePath('C:\\file'), openCall());
  await t.rejects(connection.putDirectory(local('back'), remotePath('C:\\file\\below'), openCall()), { code: 'copy.archive-refused' });
});
