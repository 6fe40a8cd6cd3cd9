import { readdir } from 'node:fs/promises';
import t from 'tap';
import { Masker } from '../../core/secret.ts';
import { systemClock } from '../../host/clock.ts';
import { noWine, projectRoot, realFolders, testCall, wineSpecs } from '../../testing/wine-rig.ts';
import { transports } from '../../transports/index.ts';
import { guestsFolder } from './wine-lease.ts';
import { wineProvider } from './wine-provider.ts';

t.setTimeout(200_000);

t.test('a host that refuses namespaces still has guests, and says so', { skip: noWine }, async (t) => {
  const owner = { id: 'open-wall-test' };
  const provider = wineProvider({ folders: realFolders, projectRoot, clock: systemClock, masker: new Masker(), isolation: 'none' });
  const isolation = (await provider.doctor(testCall())).find((one) => one.subject === 'isolation');
  t.match(isolation, { state: 'warning', message: /^GUESTS ARE NOT WALLED OFF/ });

  const lease = await provider.acquire(wineSpecs.win11, owner, testCall());
  t.equal(lease.isolation, 'none');
  t.equal(lease.platform, 'Wine 10.0 without isolation');
  t.equal(lease.assurance, 'emulated');
  const run = async (line: string): Promise<{ exitCode: number; stdout: string }> => {
    const call = testCall(60_000);
    await using connection = await transports(systemClock).connect(lease.endpoint, call);
    const result = await connection.run({ line, shell: 'cmd' }, call);
    return { exitCode: result.exitCode, stdout: Buffer.from(result.stdout).toString().trim() };
  };
  t.match(await run('ver'), { exitCode: 0, stdout: 'Windows 10.0.26100' });
  t.same(await run('X:\\node.exe -e "console.log(process.platform);process.exit(3221225477)"'), { exitCode: 3221225477, stdout: 'win32' });
  t.match(await run('echo trace> C:\\windows\\trace.txt & type C:\\windows\\trace.txt'), { stdout: 'trace' });
  await lease.rewind(testCall());
  t.match(await run('if exist C:\\windows\\trace.txt echo found'), { stdout: '' }, 'a copy is as fresh as an overlay');
  await lease[Symbol.asyncDispose]();
  t.same(
    (await readdir(guestsFolder(realFolders))).filter((name) => name.startsWith(owner.id)),
    [],
  );
});
