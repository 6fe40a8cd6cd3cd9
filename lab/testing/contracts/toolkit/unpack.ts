import type { Test } from 'tap';
import { joinRemote } from '../../../core/ids.ts';
import { hostileZips, zipOf } from '../hostile-zips.ts';
import type { ToolkitRig } from '../toolkit-contract.ts';

const everything = { hash: true, maxEntries: 1000 } as const;

export async function unpackContract(t: Test, { toolkit, call, scratch, place, links }: ToolkitRig): Promise<void> {
  await t.test('unpack extracts all of a zip and tells how much', async (t) => {
    const archive = joinRemote(scratch, 'good.zip');
    const to = joinRemote(scratch, 'unpacked', 'deep');
    const zip = await zipOf([
      { path: 'Grüße/日本 🎬.txt', content: 'hello' },
      { path: 'empty/' },
      { path: 'nothing.txt' },
      { path: 'large.bin', content: Buffer.alloc(3 << 20, 'ab') },
    ]);
    await place(archive, zip);
    const receipt = await toolkit.unpack(archive, to, call());
    t.same([receipt.files, receipt.bytes], [3, 5 + (3 << 20)]);
    t.ok(receipt.durationMs > 0 && receipt.tool !== '', 'how long it took, and what did it');
    const { entries } = await toolkit.listTree(to, everything, call());
    t.same(
      entries.map(({ path, kind, sizeBytes }) => [path, kind, sizeBytes]),
      [
        ['Grüße', 'directory', 0],
        ['Grüße\\日本 🎬.txt', 'file', 5],
        ['empty', 'directory', 0],
        ['large.bin', 'file', 3 << 20],
        ['nothing.txt', 'file', 0],
      ],
    );
    await t.rejects(toolkit.unpack(archive, to, call()), { code: 'toolkit.verb-failed' }, 'existing files are refused');
    t.same((await toolkit.listTree(to, everything, call())).entries, entries, 'and left as they were');
    await t.rejects(toolkit.unpack(joinRemote(scratch, 'absent.zip'), to, call()), { code: 'toolkit.verb-failed' });
  });

  await t.test('unpack refuses what would do harm, and leaves nothing of it', async (t) => {
    const root = joinRemote(scratch, 'hostile');
    const zips = [...(await hostileZips())];
    const nameOf = (index: number): string => `case-${String(index).padStart(2, '0')}`;
    // All of them travel in one archive: each file of its own would cost the guest several processes.
    await place(
      joinRemote(scratch, 'hostile.zip'),
      await zipOf(zips.map(([, zip], index) => ({ path: `${nameOf(index)}.zip`, content: zip }))),
    );
    await toolkit.unpack(joinRemote(scratch, 'hostile.zip'), root, call());
    for (const [index, [problem]] of zips.entries()) {
      const refused = toolkit.unpack(joinRemote(root, `${nameOf(index)}.zip`), joinRemote(root, nameOf(index), 'to'), call());
      await t.rejects(refused, { code: 'toolkit.archive-refused' }, problem);
    }
    const left = (await toolkit.listTree(root, { ...everything, hash: false }, call())).entries;
    t.same(
      left.map(({ path }) => path),
      zips.map((_, index) => `${nameOf(index)}.zip`),
      'nothing is left of any, nor of the folders that were made for it',
    );
    const all = await toolkit.listTree(scratch, { ...everything, hash: false }, call());
    t.notOk(
      all.entries.some(({ path }) => path.includes('evil')),
      'nothing climbed',
    );
  });

  await t.test('unpack does not write through a link that stands in the target', async (t) => {
    const root = joinRemote(scratch, 'through');
    await toolkit.makeTree(
      root,
      [
        { path: 'victim\\kept.txt', text: 'kept' },
        { path: 'to\\here.txt', text: 'here' },
      ],
      call(),
    );
    const to = joinRemote(root, 'to');
    const program = links.make('../victim', joinRemote(to, 'sub'));
    const linked = await toolkit.run({ ...program, cwd: to, environment: 'inherited', timeoutMs: 20_000 }, call());
    t.equal(linked.exitCode, 0, linked.stderr);
    await place(joinRemote(scratch, 'through.zip'), await zipOf([{ path: 'sub/evil.txt', content: 'evil' }]));
    await t.rejects(toolkit.unpack(joinRemote(scratch, 'through.zip'), to, call()), { code: 'toolkit.verb-failed' });
    t.same(
      (await toolkit.listTree(joinRemote(root, 'victim'), { ...everything, hash: false }, call())).entries.map(({ path }) => path),
      ['kept.txt'],
    );
  });
}
