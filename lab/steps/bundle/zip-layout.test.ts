import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { LocalPath } from '../../core/ids.ts';
import { bundleRig, callOf } from '../../testing/bundle-rig.ts';
import { makeBundle } from './make-bundle.ts';
import { verifyArchive } from './verify-archive.ts';

const root = t.testdir();
const bundle = await makeBundle(await bundleRig(root), callOf());
const good = await readFile(bundle.archive.path);

const END_BYTES = 22;
const endOffset = good.length - END_BYTES;
const directoryStart = good.readUInt32LE(endOffset + 16);

/** Where the entries of the central directory are, and where they say that their files are. */
const heads: { readonly at: number; readonly start: number }[] = [];
for (let at = directoryStart; at < endOffset;) {
  heads.push({ at, start: good.readUInt32LE(at + 42) });
  at += 46 + good.readUInt16LE(at + 28) + good.readUInt16LE(at + 30) + good.readUInt16LE(at + 32);
}
const second = heads[1]?.start ?? Number.NaN;

/** The archive with bytes put in at an offset, and with every offset in it set right, so that each reader of directories finds all of it. */
const withBytes = (offset: number, more: Buffer): Buffer => {
  const bytes = Buffer.concat([good.subarray(0, offset), more, good.subarray(offset)]);
  const moved = (at: number, by: number): number => (at >= by ? at + more.length : at);
  for (const { at, start } of heads) bytes.writeUInt32LE(moved(start, offset), moved(at, offset) + 42);
  bytes.writeUInt32LE(moved(directoryStart, offset), moved(endOffset, offset) + 16);
  return bytes;
};

const patched = (change: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.from(good);
  change(bytes);
  return bytes;
};

/** A whole entry, stored: what a program that unpacks from the beginning would write to the disk. */
const hidden = (name: string, content: string): Buffer => {
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x0403_4b50, 0);
  head.writeUInt16LE(20, 4);
  head.writeUInt32LE(content.length, 18);
  head.writeUInt32LE(content.length, 22);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, Buffer.from(name + content)]);
};
const stray = hidden('evil.exe', 'MZ');

const verified = async (what: string, bytes: Buffer): Promise<void> => {
  const file = path.join(root, `${what.replaceAll(/\W+/g, '-')}.zip`) as LocalPath;
  await writeFile(file, bytes);
  await verifyArchive(file, bundle.manifest, callOf());
};

t.test('what the lab packs lies end to end', async (t) => {
  t.ok(heads.length > 10);
  await t.resolves(verified('same', good));
  await t.resolves(verified('same again', withBytes(second, Buffer.of())), 'and the test sets offsets right');
});

const faults: Readonly<Record<string, readonly [bytes: Buffer, message: string]>> = {
  'an entry in front of the first': [withBytes(0, stray), `the bytes from offset 0 to ${stray.length} belong to no entry`],
  'an entry between two others': [
    withBytes(second, stray),
    `the bytes from offset ${second} to ${second + stray.length} belong to no entry`,
  ],
  'an entry in front of the directory': [
    withBytes(directoryStart, stray),
    `the bytes from offset ${directoryStart} to ${directoryStart + stray.length} belong to no entry`,
  ],
  'one byte in front of the directory': [
    withBytes(directoryStart, Buffer.alloc(1)),
    `the bytes from offset ${directoryStart} to ${directoryStart + 1} belong to no entry`,
  ],
  'an entry behind the directory': [
    withBytes(endOffset, stray),
    `from offset ${endOffset} to ${good.length + stray.length} there is more than the end of a zip`,
  ],
  'a comment': [
    Buffer.concat([patched((bytes) => bytes.writeUInt16LE(stray.length, endOffset + 20)), stray]),
    `from offset ${endOffset} to ${good.length + stray.length} there is more than the end of a zip`,
  ],
  'two entries for the same bytes': [
    patched((bytes) => bytes.writeUInt32LE(0, (heads[1]?.at ?? 0) + 42)),
    `at offset 0 begins before offset ${second}`,
  ],
  'another name in front of the bytes': [
    patched((bytes) => bytes.writeUInt8(bytes.readUInt8(second + 30) ^ 1, second + 30)),
    `the header at offset ${second} is not what the directory says`,
  ],
  'a wrong length behind the bytes': [
    patched((bytes) => bytes.writeUInt8(bytes.readUInt8(second - 1) ^ 1, second - 1)),
    `nothing at offset ${second - 16} says how long it was`,
  ],
};

for (const [what, [bytes, message]] of Object.entries(faults)) {
  t.test(`refuses ${what}`, async (t) => {
    const error: unknown = await verified(what, bytes).catch((thrown: unknown) => thrown);
    t.match(error, { code: 'bundle.differs' });
    t.ok(String(error).includes(message), String(error));
  });
}
