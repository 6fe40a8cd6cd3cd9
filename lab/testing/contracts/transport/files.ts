import { createHash, randomBytes } from 'node:crypto';
import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import { LabError } from '../../../core/error.ts';
import type { Endpoint } from '../../../core/guest.ts';
import { type LocalPath, joinRemote } from '../../../core/ids.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import type { TransportRig } from '../transport-contract.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Copying files in and out. */
export async function fileContract<E extends Endpoint>(t: Test, rig: TransportRig<E>): Promise<void> {
  await t.test('files', async (t) => {
    await using connection = await rig.transport.connect(rig.endpoint, rig.call());
    const folder = await scratchFolder(t);
    const local = (name: string): LocalPath => path.join(folder, name) as LocalPath;
    const remote = (...names: readonly string[]) => joinRemote(rig.folder, ...names);
    const roundTrip = async (name: string, content: Uint8Array) => {
      await writeFile(local(name), content);
      const put = await connection.put(local(name), remote(name), rig.call());
      const get = await connection.get(remote(name), local(`${name}.back`), rig.call());
      return { put, get, back: await readFile(local(`${name}.back`)) };
    };

    await t.test('bytes come back as they went, with a receipt for each way', async (t) => {
      for (const [name, content] of [
        ['empty', Buffer.alloc(0)],
        ['one byte', Buffer.from([0])],
        ['ümläut 日本.bin', Buffer.from(Array.from({ length: 256 }, (_, value) => value))],
        ['10 MB', randomBytes(10_000_000)],
      ] as const) {
        const { put, get, back } = await roundTrip(name, content);
        t.ok(back.equals(content), `${name} is the same`);
        t.match(put, { path: remote(name), sizeBytes: content.length, sha256: sha256(content) });
        t.not(put.way, 'already-there');
        t.match(get, { path: local(`${name}.back`), sizeBytes: content.length, sha256: sha256(content) });
      }
    });

    await t.test('a file that is already there does not travel', async (t) => {
      const content = randomBytes(5000);
      await writeFile(local('again'), content);
      t.not((await connection.put(local('again'), remote('again'), rig.call())).way, 'already-there');
      t.match(await connection.put(local('again'), remote('again'), rig.call()), {
        way: 'already-there',
        sizeBytes: 5000,
        sha256: sha256(content),
      });
      await writeFile(local('again'), randomBytes(5000));
      t.not(
        (await connection.put(local('again'), remote('again'), rig.call())).way,
        'already-there',
        'other content of the same size is copied',
      );
    });

    await t.test('a file that changes between digest and copy is refused', async (t) => {
      const when = new Date('2026-01-01T00:00:00Z');
      await writeFile(local('changing'), 'before');
      await utimes(local('changing'), when, when);
      await connection.put(local('changing'), remote('changing'), rig.call());
      await writeFile(local('changing'), 'AFTER!');
      await utimes(local('changing'), when, when);
      await t.rejects(connection.put(local('changing'), remote('changed'), rig.call()), { name: 'LabError', kind: 'transport' });
      await t.rejects(
        connection.get(remote('changed'), local('changed.back'), rig.call()),
        { name: 'LabError', kind: 'transport' },
        'nothing is left in the guest',
      );
    });

    await t.test('a place that cannot be written is told', async (t) => {
      await writeFile(local('small'), 'small');
      await connection.put(local('small'), remote('a file'), rig.call());
      const refused = await connection.put(local('small'), remote('a file', 'below'), rig.call()).catch((error: unknown) => error);
      t.ok(refused instanceof LabError && refused.kind === 'transport', 'as an error of the transport');
      const lone = await connection.put(local('small'), remote('another'), rig.call());
      t.equal(lone.sizeBytes, 5, 'the connection is still good');
    });

    await t.test('what is not there cannot be fetched, and leaves nothing behind', async (t) => {
      await t.rejects(connection.get(remote('nothing'), local('nothing'), rig.call()), { name: 'LabError', kind: 'transport' });
      t.notOk((await readdir(folder)).some((name) => name.startsWith('nothing')));
      await t.rejects(connection.put(local('nowhere'), remote('nowhere'), rig.call()), { code: 'file.unreadable' });
    });
  });
}
