import { randomBytes } from 'node:crypto';
import t from 'tap';
import { applicationManifest, fourParts } from './application-manifest.ts';
import { peChecksum, storedChecksum, writeChecksum } from './pe-checksum.ts';
import { readSeaBlob } from './packagers/sea-blob.ts';

t.test('versions for Windows', async (t) => {
  t.same(fourParts('1.2.3'), [1, 2, 3, 0]);
  t.same(fourParts('10.20.65535-beta.4+build.5'), [10, 20, 65_535, 0]);
  for (const version of ['', '1', '1.2', '1.2.65536', 'v1.2.3', '1.2.3.4', '1.2.x'])
    t.throws(() => fourParts(version), RangeError, version);
});

t.test('the manifest asks for long paths, UTF-8 and no more rights than the caller has', async (t) => {
  const text = applicationManifest('anivault', '1.2.3');
  for (const part of [
    '<longPathAware',
    '>true<',
    '>UTF-8<',
    'level="asInvoker"',
    '{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}',
    'version="1.2.3.0"',
  ])
    t.ok(text.includes(part), part);
});

t.test('checksums, by the definition word by word', async (t) => {
  for (const sizeBytes of [512, 513, 70_001]) {
    const file = randomBytes(sizeBytes);
    file.writeUInt32LE(0x80, 0x3c);
    const at = 0x80 + 88;
    const copy = Buffer.concat([file, Buffer.alloc(1)]);
    copy.writeUInt32LE(0, at);
    let sum = 0;
    for (let offset = 0; offset < sizeBytes; offset += 2) {
      sum += copy.readUInt16LE(offset);
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    t.equal(peChecksum(file), ((sum & 0xffff) + (sum >>> 16) + sizeBytes) >>> 0, `${sizeBytes} bytes`);
    writeChecksum(file);
    t.equal(storedChecksum(file), peChecksum(file), 'what is written does not change what is right');
    t.equal(peChecksum(Buffer.concat([Buffer.alloc(1), file]).subarray(1)), peChecksum(file), 'wherever it stands in memory');
  }
});

t.test('blobs that are cut off, or are something else, are refused', async (t) => {
  const text = (content: string): Buffer => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(content.length));
    return Buffer.concat([length, Buffer.from(content)]);
  };
  const count = (value: number): Buffer => text('x'.repeat(value)).subarray(0, 8);
  const blob = Buffer.concat([
    Buffer.from('20da4301090000000000', 'hex'),
    text('program.cjs'),
    text('code'),
    count(1),
    text('a.wasm'),
    text('bytes'),
  ]);
  t.same(readSeaBlob(blob), { codePath: 'program.cjs', code: Buffer.from('code'), assets: new Map([['a.wasm', Buffer.from('bytes')]]) });
  for (let length = 0; length < blob.length; length += 1)
    t.throws(() => readSeaBlob(blob.subarray(0, length)), RangeError, `${length} bytes`);
  t.throws(() => readSeaBlob(Buffer.concat([blob, Buffer.alloc(1)])), /1 bytes more/);
  const huge = Buffer.from(blob);
  huge.writeBigUInt64LE(2n ** 60n, 10);
  t.throws(() => readSeaBlob(huge), RangeError);
  const cached = Buffer.from(blob);
  cached[4] = 0x0d;
  t.throws(() => readSeaBlob(cached), /code cache/);
});
