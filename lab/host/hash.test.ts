import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { sha256Of, sha256OfFile } from './hash.ts';

t.test('a file has the digest of its bytes, whatever its size', async (t) => {
  t.equal(sha256Of(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  const folder = t.testdir();
  for (const sizeBytes of [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_000]) {
    const file = path.join(folder, String(sizeBytes));
    const bytes = randomBytes(sizeBytes);
    await writeFile(file, bytes);
    t.equal(await sha256OfFile(file), sha256Of(bytes), `${sizeBytes} bytes`);
  }
});

t.test('a file that is not there, and a call that is over', async (t) => {
  await t.rejects(sha256OfFile(path.join(t.testdir(), 'none')), { code: 'ENOENT' });
  const reason = new Error('enough');
  const file = path.join(t.testdir({ file: 'content' }), 'file');
  await t.rejects(sha256OfFile(file, AbortSignal.abort(reason)), reason);
});
