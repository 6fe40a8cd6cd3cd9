import type { Test } from 'tap';
import type { ToolkitRig } from '../toolkit-contract.ts';

export async function boxContract(t: Test, { toolkit, call }: ToolkitRig): Promise<void> {
  await t.test('the box says what it is, and of everything else why not', async (t) => {
    const box = await toolkit.readBox(call());
    t.equal(box.system.state, 'known');
    t.equal(box.clockUnixMs.state, 'known');
    if (box.clockUnixMs.state === 'known')
      t.ok(Math.abs(box.clockUnixMs.value - Date.now()) < 24 * 3600 * 1000, 'a clock, not some number');
    if (box.freeDiskBytes.state === 'known') t.ok(box.freeDiskBytes.value > 1 << 20);
    for (const [name, fact] of Object.entries(box)) if (fact.state !== 'known') t.ok(fact.reason.length > 0, `${name} has a reason`);
  });

  await t.test('repairs are told one by one', async (t) => {
    t.same(await toolkit.repairBox([], 1_700_000_000_000, call()), []);
  });
}
