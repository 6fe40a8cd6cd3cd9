import { execFileSync } from 'node:child_process';
import t, { type Test } from 'tap';
import type { ToolkitKind } from '../../core/guest.ts';
import { systemClock } from '../../host/clock.ts';
import { callFor } from '../../testing/calls.ts';
import { receiverContract } from '../../testing/contracts/receiver-contract.ts';
import { type CopyGuest, copyGuest, runOver } from '../../testing/winrm/copy-rig.ts';
import { inboxProcesses } from '../../testing/winrm/inbox-processes.ts';
import { winrmTransport } from '../winrm.ts';
import { CopierPool } from './copier-pool.ts';
import { framedReceiver } from './framed-receiver.ts';
import { inboxReceiver } from './inbox-receiver.ts';
import { copierProgram } from './receivers/copier-program.ts';
import type { RunInGuest } from './run-in-guest.ts';

t.setTimeout(180_000);

const call = (): ReturnType<typeof callFor> => callFor(60_000);

const found = (program: string): boolean => {
  try {
    execFileSync('/bin/sh', ['-c', `command -v "${program}"`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Windows has bsdtar as tar.exe. */
const noArchives = found('bsdtar') ? undefined : 'there is no bsdtar: apt-get install libarchive-tools';
const pwsh = process.env['LAB_PWSH'] ?? 'pwsh';
const noPowerShell = found(pwsh) ? false : 'there is no PowerShell: dotnet tool install --global PowerShell, or name one in LAB_PWSH';

async function opened(t: Test, guest: CopyGuest): Promise<RunInGuest> {
  const connection = await winrmTransport({ clock: systemClock }).connect(guest.endpoint, call());
  t.teardown(() => connection[Symbol.asyncDispose]());
  return runOver(connection);
}

async function framed(t: Test, toolkit: ToolkitKind, guest: CopyGuest): Promise<void> {
  const copiers = new CopierPool(await opened(t, guest), await copierProgram(toolkit, pwsh));
  const receiver = framedReceiver(toolkit.kind, copiers);
  await receiverContract(t, toolkit.kind, { receiver, root: guest.root, call });
  await copiers.close(new Error('the test is over'));
}

t.test('the guest tool', async (t) => {
  const guest = await copyGuest(t);
  await framed(t, guest.endpoint.toolkit, guest);
});

t.test('PowerShell', { skip: noPowerShell }, async (t) => {
  const guest = await copyGuest(t);
  await framed(t, { kind: 'powershell' }, guest);
});

t.test('what is in the box', { skip: found('curl') ? false : 'there is no curl: apt-get install curl' }, async (t) => {
  const guest = await copyGuest(t, { processes: inboxProcesses });
  const receiver = inboxReceiver(await opened(t, guest));
  await receiverContract(t, 'inbox', { receiver, root: guest.root, call, ...(noArchives === undefined ? {} : { noArchives }) });
});
