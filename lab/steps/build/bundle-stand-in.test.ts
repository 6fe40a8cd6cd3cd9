import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { labConfig } from '../../core/config.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { projectRoot } from '../../testing/wine-rig.ts';
import { bundleService } from './bundle-stand-in.ts';

const { testService } = labConfig.parse(JSON.parse(readFileSync(path.join(projectRoot, 'lab.config.json'), 'utf8'))).product;

t.test('the stand-in of the configuration is one file that says where it listens and ends with its input', async (t) => {
  const into = await scratchFolder(t);
  const file = await bundleService(projectRoot, testService?.entry ?? '', into);
  t.equal(path.dirname(file), into);
  const service = spawn(process.execPath, ['--no-warnings', file], { stdio: ['pipe', 'pipe', 'inherit'], cwd: into });
  t.teardown(() => service.kill('SIGKILL'));
  const ended = once(service, 'exit');
  const [first] = (await once(service.stdout, 'data')) as [Buffer];
  const line = JSON.parse(first.toString()) as { readonly url: string };
  for (const member of [...Object.values(testService?.environment ?? {}), testService?.key ?? '']) {
    const value = member.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], line);
    t.type(value, 'string', member);
  }
  t.equal((await fetch(new URL('3/configuration', line.url))).status, 401, 'it listens, and wants a key');
  service.stdin.end();
  t.same(await ended, [0, null]);
});

t.test('what cannot be bundled says why', async (t) => {
  const into = await scratchFolder(t);
  await t.rejects(bundleService(into, 'none.ts', into), { code: 'build.no-entry', where: /testService/ });
  await writeFile(path.join(into, 'bad.ts'), 'const = 1;');
  await t.rejects(bundleService(into, 'bad.ts', into), { code: 'build.source-error', message: /bad\.ts/ });
});
