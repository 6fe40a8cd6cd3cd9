import { access } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { LabError } from '../../core/error.ts';
import { toolkitContract } from '../../testing/contracts/toolkit-contract.ts';
import { guestToolRig } from '../../testing/guest-tool-rig.ts';
import { noStandIn, powershellStandIn } from '../../testing/powershell/powershell-stand-in.ts';
import { residentExchange } from '../agent/resident-exchange.ts';
import { powershellProgram } from './powershell-program.ts';
import { powershellToolkit } from './powershell-toolkit.ts';

t.setTimeout(300_000);

/**
 * A PowerShell of this machine behind the toolkit, started with the line and the bytes that a guest gets. What can be asked of a machine that is not
 * Windows is the contract's part about files and programs; what only Windows knows has to be refused, and not be the end of it.
 */
async function contractOf(t: Test, name: string, powershell: string): Promise<void> {
  const rig = await guestToolRig(t);
  const program = await powershellProgram(`'${powershell}'`);
  const toolkit = powershellToolkit(residentExchange(rig.connection, async () => program));
  const about = await toolkit.describe(rig.call()).then(
    () => undefined,
    (error: unknown) => error,
  );
  t.type(about, LabError, 'what it cannot know of this machine is an expected failure');
  await toolkitContract(t, name, { ...rig, toolkit, onlyFiles: true });
}

t.test('the rig: a program that takes the same command line and the same bytes', { skip: noStandIn() }, async (t) => {
  const program = path.join(await powershellStandIn(t, 'linux-x64'), 'pwsh');
  await access(program);
  await contractOf(t, 'a stand-in', program);
});

const pwsh = process.env['LAB_PWSH'];
const noPowerShell = pwsh
  ? false
  : 'there is no PowerShell for this system: https://learn.microsoft.com/powershell/scripting/install/linux, then name it in LAB_PWSH';
t.test('the scripts keep their promises in a PowerShell of this machine, as far as its system goes', { skip: noPowerShell }, async (t) => {
  await contractOf(t, 'PowerShell', pwsh ?? '');
});
