import type { Test } from 'tap';
import type { ToolkitRig } from '../toolkit-contract.ts';

export async function descriptionContract(t: Test, { toolkit, call }: ToolkitRig): Promise<void> {
  await t.test('describe tells what the guest is', async (t) => {
    const description = await toolkit.describe(call());
    t.match(description.osVersion, /^\d+\.\d+\.\d+/);
    t.ok(description.productName.length > 0, 'product name');
    t.equal(description.architecture, 'x64');
    t.match(description.locale, /^[a-z]{2,3}(-|$)/i);
    t.ok(description.logicalProcessors >= 1, 'processors');
    t.ok(description.memoryBytes > 256 << 20, 'memory');
    t.ok(description.user.length > 0, 'user');
    t.ok(description.hostName.length > 0, 'host name');
    for (const key of ['temporaryDirectory', 'userProfile', 'localAppData'] as const) t.match(description[key], /^[A-Z]:\\[^:]+$/, key);
    t.equal(new Set(description.networkInterfaces).size, description.networkInterfaces.length, 'interfaces are told once');
  });
}
