import { createHash } from 'node:crypto';
import type { Test } from 'tap';
import { type RemotePath, joinRemote } from '../../../core/ids.ts';
import type { TreeFile } from '../../../core/toolkit.ts';
import { zipOf } from '../hostile-zips.ts';
import type { ToolkitRig } from '../toolkit-contract.ts';
import { portableExecutable } from './portable-executable.ts';

const hashOf = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** What a file made with a size is filled with. */
const fillingOf = (name: string, sizeBytes: number): Buffer => Buffer.alloc(sizeBytes, createHash('sha256').update(name).digest());

const everything = { hash: true, maxEntries: 1000 } as const;

export async function fileContract(t: Test, rig: ToolkitRig): Promise<void> {
  const { toolkit, call, scratch } = rig;

  await t.test('makeTree makes what listTree lists', async (t) => {
    const root = joinRemote(scratch, 'tree');
    const files: readonly TreeFile[] = [
      { path: 'b\\Grüße 日本 🎬.txt', text: 'Ünïcode\n' },
      { path: 'a/empty.txt', text: '' },
      { path: 'big.bin', sizeBytes: (2 << 20) + 17 },
      { path: 'none.bin', sizeBytes: 0 },
    ];
    await toolkit.makeTree(root, files, call());
    const { entries, complete } = await toolkit.listTree(root, everything, call());
    t.equal(complete, true);
    t.same(entries, [
      { path: 'a', kind: 'directory', sizeBytes: 0 },
      { path: 'a\\empty.txt', kind: 'file', sizeBytes: 0, sha256: hashOf('') },
      { path: 'b', kind: 'directory', sizeBytes: 0 },
      { path: 'b\\Grüße 日本 🎬.txt', kind: 'file', sizeBytes: 10, sha256: hashOf('Ünïcode\n') },
      { path: 'big.bin', kind: 'file', sizeBytes: (2 << 20) + 17, sha256: hashOf(fillingOf('big.bin', (2 << 20) + 17)) },
      { path: 'none.bin', kind: 'file', sizeBytes: 0, sha256: hashOf('') },
    ]);
    const plain = await toolkit.listTree(root, { ...everything, hash: false }, call());
    t.same(
      plain.entries,
      entries.map(({ path, kind, sizeBytes }) => ({ path, kind, sizeBytes })),
      'digests only on demand',
    );
    const cut = await toolkit.listTree(root, { hash: false, maxEntries: 3 }, call());
    t.same([cut.entries.length, cut.complete], [3, false], 'a bound is kept and told');
    const exact = await toolkit.listTree(root, { hash: false, maxEntries: 6 }, call());
    t.same([exact.entries.length, exact.complete], [6, true], 'a bound that is just enough');
    const shallow = await toolkit.listTree(root, { hash: false, maxEntries: 1000, depth: 1 }, call());
    t.same(
      [shallow.entries.map(({ path }) => path), shallow.complete],
      [['a', 'b', 'big.bin', 'none.bin'], true],
      'a depth is kept, and is no bound that cuts',
    );
    await t.rejects(
      toolkit.makeTree(root, [{ path: 'a\\empty.txt', text: 'other' }], call()),
      { code: 'toolkit.verb-failed' },
      'existing files are refused',
    );
  });

  await t.test('an absent root is an empty listing', async (t) => {
    t.same(await toolkit.listTree(joinRemote(scratch, 'absent'), everything, call()), { entries: [], complete: true });
  });

  await t.test('makeTree refuses to climb, and makes nothing then', async (t) => {
    const root = joinRemote(scratch, 'climb');
    for (const path of ['..\\evil.txt', 'a\\..\\..\\evil.txt', 'a/../../evil.txt', 'C:\\evil.txt', '\\evil.txt', 'x:stream', '']) {
      await t.rejects(
        toolkit.makeTree(
          root,
          [
            { path: 'first.txt', text: '1' },
            { path, text: 'evil' },
          ],
          call(),
        ),
        { code: 'toolkit.verb-failed' },
        JSON.stringify(path),
      );
    }
    t.same((await toolkit.listTree(root, everything, call())).entries, []);
  });

  await t.test('remove takes files, trees and what is not there', async (t) => {
    const root = joinRemote(scratch, 'gone');
    await toolkit.makeTree(
      root,
      [
        { path: 'a\\b\\c.txt', text: 'c' },
        { path: 'd.txt', text: 'd' },
      ],
      call(),
    );
    await toolkit.remove(joinRemote(root, 'd.txt'), call());
    t.same(
      (await toolkit.listTree(root, { ...everything, hash: false }, call())).entries.map(({ path }) => path),
      ['a', 'a\\b', 'a\\b\\c.txt'],
    );
    await toolkit.remove(root, call());
    t.same((await toolkit.listTree(root, everything, call())).entries, []);
    await toolkit.remove(root, call());
    await t.rejects(toolkit.remove('C:\\' as RemotePath, call()), { code: 'toolkit.verb-failed' }, 'never a whole drive');
  });

  await t.test('links are told and not followed', async (t) => {
    const outside = joinRemote(scratch, 'outside');
    const root = joinRemote(scratch, 'links');
    await toolkit.makeTree(outside, [{ path: 'secret.txt', text: 'secret' }], call());
    await toolkit.makeTree(root, [{ path: 'plain.txt', text: 'plain' }], call());
    for (const [to, at] of [
      ['../outside', 'out'],
      ['.', 'round'],
      ['nowhere', 'dead'],
    ] as const) {
      const made = await toolkit.run(
        { ...rig.links.make(to, joinRemote(root, at)), cwd: root, environment: 'inherited', timeoutMs: 20_000 },
        call(),
      );
      t.equal(made.exitCode, 0, made.stderr);
    }
    t.same(await toolkit.listTree(root, { ...everything, hash: false }, call()), {
      entries: [
        ...(rig.links.native ? [{ path: 'dead', kind: 'other', sizeBytes: 0 }] : []),
        { path: 'out', kind: 'other', sizeBytes: 0 },
        { path: 'plain.txt', kind: 'file', sizeBytes: 5 },
        { path: 'round', kind: 'other', sizeBytes: 0 },
      ],
      complete: true,
    });
    if (rig.links.native) await toolkit.remove(root, call());
    else await t.rejects(toolkit.remove(root, call()), { code: 'toolkit.verb-failed' }, 'a link that is not one to the guest stays');
    t.equal((await toolkit.listTree(outside, everything, call())).entries.length, 1, 'what a link led to is still there');
    t.equal((await toolkit.listTree(root, everything, call())).entries.length, rig.links.native ? 0 : 3, 'all of it or nothing');
  });

  await t.test('the download mark is written, read back, and no file of its own', async (t) => {
    const root = joinRemote(scratch, 'mark');
    const file = joinRemote(root, 'bundle.zip');
    await toolkit.makeTree(
      root,
      [
        { path: 'bundle.zip', text: 'zip' },
        { path: 'bare.zip', text: 'zip' },
      ],
      call(),
    );
    t.equal(await toolkit.readDownloadMark(file, call()), undefined);
    const mark = { zoneId: 3, hostUrl: 'https://example.org/bundle.zip?a=b', referrerUrl: 'https://example.org/' };
    await toolkit.markDownloaded(file, mark, call());
    t.same(await toolkit.readDownloadMark(file, call()), mark);
    await toolkit.markDownloaded(file, { zoneId: 4 }, call());
    t.same(await toolkit.readDownloadMark(file, call()), { zoneId: 4 }, 'a second mark replaces the first');
    t.equal(await toolkit.readDownloadMark(joinRemote(root, 'bare.zip'), call()), undefined);
    t.same(
      (await toolkit.listTree(root, { ...everything, hash: false }, call())).entries.map(({ path }) => path),
      ['bare.zip', 'bundle.zip'],
    );
    await toolkit.remove(file, call());
    await toolkit.makeTree(root, [{ path: 'bundle.zip', text: 'another' }], call());
    t.equal(await toolkit.readDownloadMark(file, call()), undefined, 'the mark went with its file');
    await t.rejects(toolkit.markDownloaded(joinRemote(root, 'absent.zip'), mark, call()), { code: 'toolkit.verb-failed' });
    await t.rejects(
      toolkit.markDownloaded(file, { zoneId: 3, hostUrl: 'https://a\r\nZoneId=0' }, call()),
      { code: 'toolkit.verb-failed' },
      'no second line',
    );
  });

  await t.test('readSignature tells what the headers say', async (t) => {
    const at = (name: string): RemotePath => joinRemote(scratch, 'signature', name);
    const cases: readonly (readonly [
      string,
      Uint8Array,
      { readonly isPortableExecutable: boolean; readonly certificateTableBytes: number },
    ])[] = [
      ['unsigned.exe', portableExecutable({}), { isPortableExecutable: true, certificateTableBytes: 0 }],
      ['signed.exe', portableExecutable({ certificateBytes: 1480 }), { isPortableExecutable: true, certificateTableBytes: 1480 }],
      ['signed32.exe', portableExecutable({ certificateBytes: 8, wide: false }), { isPortableExecutable: true, certificateTableBytes: 8 }],
      [
        'lying.exe',
        portableExecutable({ certificateBytes: 1480 }).subarray(0, -1),
        { isPortableExecutable: true, certificateTableBytes: 0 },
      ],
      [
        'few-directories.exe',
        portableExecutable({ certificateBytes: 8, directories: 4 }),
        { isPortableExecutable: true, certificateTableBytes: 0 },
      ],
      ['far.exe', portableExecutable({ peOffset: 0xffff_fff0 }), { isPortableExecutable: false, certificateTableBytes: 0 }],
      ['short.exe', Buffer.from('MZ'), { isPortableExecutable: false, certificateTableBytes: 0 }],
      ['text.exe', Buffer.from('not a program\n'.repeat(20)), { isPortableExecutable: false, certificateTableBytes: 0 }],
    ];
    const archive = joinRemote(scratch, 'signature.zip');
    await rig.place(archive, await zipOf(cases.map(([path, bytes]) => ({ path, content: Buffer.from(bytes) }))));
    await toolkit.unpack(archive, joinRemote(scratch, 'signature'), call());
    for (const [name, , expected] of cases) {
      const { digestMatches, trustResult, signer, signerThumbprint, ...facts } = await toolkit.readSignature(at(name), call());
      t.same(facts, expected, name);
      t.not(digestMatches, true, 'nothing here has a digest that could match');
      t.not(trustResult, '0x00000000', 'nor anything to be trusted');
      t.same([signer, signerThumbprint], [undefined, undefined], 'nobody signed');
    }
    await t.rejects(toolkit.readSignature(at('absent.exe'), call()), { code: 'toolkit.verb-failed' });
  });
}
