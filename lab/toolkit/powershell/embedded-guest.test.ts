import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { GuestLease } from '../../core/guest.ts';
import { type LocalPath, remotePath } from '../../core/ids.ts';
import { Masker } from '../../core/secret.ts';
import { wineProvider } from '../../guests/wine/wine-provider.ts';
import { systemClock } from '../../host/clock.ts';
import { toolkitContract } from '../../testing/contracts/toolkit-contract.ts';
import { noStandIn, powershellStandIn } from '../../testing/powershell/powershell-stand-in.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { noWine, projectRoot, realFolders, testCall, wineSpecs, wineLinks } from '../../testing/wine-rig.ts';
import { transports } from '../../transports/index.ts';
import { toolkitFor } from '../index.ts';

t.setTimeout(600_000);

async function guestWith(t: Test, powershell: LocalPath): Promise<GuestLease> {
  const provider = wineProvider({ folders: realFolders, projectRoot, clock: systemClock, masker: new Masker(), powershell });
  const lease = await provider.acquire(wineSpecs.win11, { id: 'powershell-test' }, testCall());
  t.teardown(() => lease[Symbol.asyncDispose]());
  return lease;
}

async function contractIn(t: Test, name: string, powershell: LocalPath, onlyFiles: boolean): Promise<void> {
  const lease = await guestWith(t, powershell);
  const connection = await transports(systemClock).connect(lease.endpoint, testCall());
  t.teardown(() => connection[Symbol.asyncDispose]());
  const folder = await scratchFolder(t);
  const scratch = remotePath('C:\\contract');
  await toolkitFor(lease.endpoint.toolkit, connection).makeTree(scratch, [{ path: 'made.txt', text: '' }], testCall());
  await toolkitContract(t, name, {
    toolkit: toolkitFor({ kind: 'powershell' }, connection),
    node: remotePath('X:\\node.exe'),
    scratch,
    place: async (to, content) => {
      const local = path.join(folder, 'placed') as LocalPath;
      await writeFile(local, content);
      await connection.put(local, to, testCall(60_000));
    },
    wideExitCodes: true,
    links: wineLinks,
    peakMemory: true,
    startUpMs: 5000,
    onlyFiles,
    call: () => testCall(60_000),
  });
}

t.test(
  'the C# keeps its promises in an embedded guest, behind a program that stands in for PowerShell',
  { skip: noWine || noStandIn() },
  async (t) => {
    await contractIn(t, 'a stand-in', await powershellStandIn(t, 'win-x64'), true);
  },
);

const real = process.env['LAB_WINDOWS_PWSH'];
const noReal = real ? false : 'there is no PowerShell 7 for Windows: name the folder or zip of a release for win-x64 in LAB_WINDOWS_PWSH';
t.test('the scripts keep their promises in an embedded guest', { skip: noWine || noReal }, async (t) => {
  await contractIn(t, 'PowerShell 7 in Wine', real as LocalPath, false);
});
