import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { fingerprint } from './fingerprint.ts';

const MIB = 1 << 20;
const sha256 = (...parts: readonly (string | Uint8Array)[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

t.test('all of a small file, both ends of a large one, and the size', async (t) => {
  const folder = t.testdir({ empty: '', small: 'abc' });
  const bytes = Buffer.alloc(3 * MIB, 1);
  bytes[0] = 7;
  bytes[3 * MIB - 1] = 9;
  const file = path.join(folder, 'large');
  writeFileSync(file, bytes);
  t.same(await fingerprint(path.join(folder, 'empty')), { sizeBytes: 0, fingerprint: sha256('0') });
  t.same(await fingerprint(path.join(folder, 'small')), { sizeBytes: 3, fingerprint: sha256('abc', '3') });
  t.same(await fingerprint(file), {
    sizeBytes: 3 * MIB,
    fingerprint: sha256(bytes.subarray(0, MIB), bytes.subarray(2 * MIB), String(3 * MIB)),
  });
});
