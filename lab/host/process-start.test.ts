import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { processStart } from './process-start.ts';

t.test('a process is known by its boot and its start', async (t) => {
  const own = await processStart(process.pid);
  // 4f9c1b6e-…/123456
  t.match(own, /^[\da-f-]{36}\/\d+$/);
  t.equal(await processStart(process.pid), own, 'which does not change');
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const other = await processStart(child.pid ?? 0);
  t.match(other, /\/\d+$/);
  t.not(other, own);
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.equal(await processStart(child.pid ?? 0), undefined, 'an ended one has none');
});
