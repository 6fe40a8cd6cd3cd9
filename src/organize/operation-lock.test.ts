import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { takeOperationLock } from './operation-lock.ts';

t.test('one holds it, the others hear of that one, and it is free again', async (t) => {
  const folder = path.join(t.testdir({}), 'state');
  const first = await takeOperationLock(folder, 'the \u001bfirst');
  await t.rejects(takeOperationLock(folder, 'the second'), { code: 'organize-busy', message: /: the {2}first$/ });
  await first[Symbol.asyncDispose]();
  for (let time = 0; time < 3; time += 1) await (await takeOperationLock(folder, 'again'))[Symbol.asyncDispose]();
  t.same(readdirSync(path.join(folder, 'lock')), ['4'], 'what is old goes');
});

t.test('many who want it at once: never two', async (t) => {
  const folder = t.testdir({});
  let [holding, had] = [0, 0];
  await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      for (let round = 0; round < 10; round += 1) {
        const lock = await takeOperationLock(folder, String(index)).catch((error: { readonly code: string }) => {
          if (error.code !== 'organize-busy') throw error;
          return undefined;
        });
        if (lock === undefined) continue;
        holding += 1;
        had += 1;
        if (holding > 1) t.fail('two hold it');
        await new Promise((resolve) => setImmediate(resolve));
        holding -= 1;
        await lock[Symbol.asyncDispose]();
      }
    }),
  );
  t.ok(had > 0, `${had} times`);
});

t.test('a holder that is killed holds it no longer; foreign files do not matter', async (t) => {
  const folder = t.testdir({ lock: { 'a file': '', '007': '' } });
  writeFileSync(path.join(folder, 'lock/3'), '');
  const program = `const { takeOperationLock } = await import(${JSON.stringify(path.join(import.meta.dirname, 'operation-lock.ts'))});
    await takeOperationLock(${JSON.stringify(folder)}, 'a child'); console.log('has it'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  await t.rejects(takeOperationLock(folder, 'me'), { code: 'organize-busy', message: /a child$/ });
  child.kill('SIGKILL');
  await once(child, 'close');
  await (await takeOperationLock(folder, 'me'))[Symbol.asyncDispose]();
  t.same(readdirSync(path.join(folder, 'lock')).toSorted(), ['007', '5', 'a file']);
});
