import t from 'tap';
import { guestName } from '../../core/ids.ts';
import type { LocalPath } from '../../core/ids.ts';
import { Masker } from '../../core/secret.ts';
import { wineProvider } from '../../guests/wine/wine-provider.ts';
import { systemClock } from '../../host/clock.ts';
import { cliRig } from '../../testing/cli-rig.ts';
import { noWine, projectRoot, realFolders, testCall, wineSpecs } from '../../testing/wine-rig.ts';
import type { Finding } from '../../winrm/diagnose/finding.ts';
import { noteGuest } from '../running-guests.ts';

t.setTimeout(300_000);

t.test('the embedded guest is examined, and found usable', { skip: noWine }, async (t) => {
  const provider = wineProvider({ folders: realFolders, projectRoot, clock: systemClock, masker: new Masker() });
  await using lease = await provider.acquire({ ...wineSpecs.win11, name: guestName('examined') }, { id: 'winrm-test' }, testCall());
  const { lab, state } = cliRig(t);
  await using _note = await noteGuest('examined', lease, systemClock.now(), state as LocalPath);
  const { exitCode, stdout } = await lab(['winrm', 'test', '--json', 'examined']);
  const findings = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
  t.equal(exitCode, 0);
  t.same(
    findings.filter(({ state: found }) => found === 'failed' || found === 'warning'),
    [],
  );
  t.match(findings.find(({ id }) => id === 'command')?.message, /Microsoft Windows 10\.0\.26100/);
  t.equal(findings.find(({ id }) => id === 'input')?.state, 'ok');
  const ran = await lab(['guest', 'exec', 'examined', '--', 'echo', 'here&', 'exit', '7']);
  t.same(ran, { exitCode: 7, stdout: 'here\r\n', stderr: '' });
});
