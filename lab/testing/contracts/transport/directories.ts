import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import type { Endpoint } from '../../../core/guest.ts';
import { type LocalPath, joinRemote } from '../../../core/ids.ts';
import { filesBelow } from '../../../host/files.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import type { TransportRig } from '../transport-contract.ts';

const MANY = 200;

/** Copying folders in and out, and how far a copy is. */
export async function directoryContract<E extends Endpoint>(t: Test, rig: TransportRig<E>): Promise<void> {
  await t.test('directories', async (t) => {
    await using connection = await rig.transport.connect(rig.endpoint, rig.call());
    const scratch = await scratchFolder(t);
    const local = (name: string): LocalPath => path.join(scratch, name) as LocalPath;
    const remote = (name: string) => joinRemote(rig.folder, name);
    const make = async (name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<LocalPath> => {
      for (const [relative, content] of Object.entries(files)) {
        await mkdir(path.dirname(path.join(local(name), relative)), { recursive: true });
        await writeFile(path.join(local(name), relative), content);
      }
      return local(name);
    };
    const mixed = {
      'one.txt': 'one',
      empty: '',
      'below/deeper/ümläut 日本 & (1).bin': randomBytes(70_000),
      zeros: Buffer.alloc(300_000),
      ...Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`many/${index % 7}/file ${index}`, `number ${index}`])),
    };

    await t.test('a folder comes back as it went, with a receipt for each way', async (t) => {
      const folder = await make('mixed', mixed);
      await mkdir(path.join(folder, 'nothing in it'));
      const put = await connection.putDirectory(folder, remote('mixed'), rig.call());
      t.match(put, { path: remote('mixed'), files: MANY + 4, treeSha256: /^[0-9a-f]{64}$/ });
      t.not(put.way, 'already-there');
      const get = await connection.getDirectory(remote('mixed'), local('mixed.back'), rig.call());
      t.match(get, { path: local('mixed.back'), files: put.files, sizeBytes: put.sizeBytes, treeSha256: put.treeSha256 });
      t.same(await filesBelow(local('mixed.back')), await filesBelow(folder));
      for (const [name, content] of Object.entries(mixed))
        t.ok((await readFile(path.join(local('mixed.back'), name))).equals(Buffer.from(content)), `${name} is the same`);
      t.same(await readdir(path.join(local('mixed.back'), 'nothing in it')), [], 'a folder without files is there too');
      const again = await connection.putDirectory(folder, remote('mixed'), rig.call());
      t.match(again, { way: 'already-there', treeSha256: put.treeSha256 });
    });

    await t.test('a folder replaces nothing', async (t) => {
      const folder = await make('second', { 'one.txt': 'two' });
      await connection.putDirectory(folder, remote('taken'), rig.call());
      await writeFile(path.join(folder, 'one.txt'), 'three');
      await t.rejects(connection.putDirectory(folder, remote('taken'), rig.call()), { code: 'copy.exists' });
      await connection.getDirectory(remote('taken'), local('taken.back'), rig.call());
      t.equal(await readFile(path.join(local('taken.back'), 'one.txt'), 'utf8'), 'two');
      await t.rejects(connection.getDirectory(remote('taken'), local('taken.back'), rig.call()), { code: 'copy.exists' });
    });

    await t.test('what Windows cannot have is refused before anything is sent', async (t) => {
      const unsafe = { device: ['a/NUL.txt'], 'a dot at the end': ['ends.'], colon: ['a:b'], twins: ['Read me', 'READ ME'] };
      for (const [name, files] of Object.entries(unsafe)) {
        const folder = await make(name, Object.fromEntries(files.map((file) => [file, ''])));
        await t.rejects(connection.putDirectory(folder, remote(name), rig.call()), { code: 'copy.unsafe-name' }, name);
      }
      const folder = await make('link', { file: 'here' });
      await symlink('/etc/passwd', path.join(folder, 'leads away'));
      await t.rejects(connection.putDirectory(folder, remote('link'), rig.call()), { code: 'copy.unsafe-name' });
      await t.rejects(connection.getDirectory(remote('link'), local('link.back'), rig.call()), { name: 'LabError', kind: 'transport' });
      t.notOk(
        (await readdir(scratch)).some((name) => name.startsWith('link.back')),
        'nothing is left here either',
      );
    });

    await t.test('progress never falls and ends with everything', async (t) => {
      const content = randomBytes(9_000_000);
      await writeFile(local('watched'), content);
      const told: (readonly [number, number])[] = [];
      const options = { onProgress: (done: number, total: number) => void told.push([done, total]) };
      const check = (what: string): void => {
        t.ok(
          told.every(([done, total], index) => total === content.length && done <= total && done >= (told[index - 1]?.[0] ?? 0)),
          `${what}: it only grows`,
        );
        t.same(told.at(-1), [content.length, content.length], `${what}: all of it`);
        told.length = 0;
      };
      await connection.put(local('watched'), remote('watched'), rig.call(), options);
      check('put');
      await connection.get(remote('watched'), local('watched.back'), rig.call(), options);
      check('get');
    });
  });
}
