import { readFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { bundleGuestTool } from './bundle-guest-tool.ts';

t.test('the same sources give the same bytes, wherever they go', async (t) => {
  const folder = t.testdir({ 'here.cjs': 'old', deep: { er: {} } });
  await bundleGuestTool(path.join(folder, 'here.cjs'));
  await bundleGuestTool(path.join(folder, 'deep/er/there.cjs'));
  const [here, there] = await Promise.all([
    readFile(path.join(folder, 'here.cjs'), 'utf8'),
    readFile(path.join(folder, 'deep/er/there.cjs'), 'utf8'),
  ]);
  t.equal(there, here);
  t.notOk(here.includes(process.cwd()), 'no path of this machine');
  t.same(
    [...here.matchAll(/require\("(?!node:)([^"]+)"\)/g)]
      .map(([, name]) => name)
      .filter((name) => !['fs', 'zlib', 'util', 'stream', 'events'].includes(name ?? '')),
    [],
    'it needs nothing but Node',
  );
});
