import t from 'tap';
import { transportContract } from '../testing/contracts/transport-contract.ts';
import { hostRig } from '../testing/winrm/host-rig.ts';

const LIMIT_MS = 300_000;

t.setTimeout(2 * LIMIT_MS);

t.test('NTLM', { timeout: LIMIT_MS }, async (t) => transportContract(t, 'sealed with NTLM', await hostRig(t, 'ntlm')));

t.test('Basic', { timeout: LIMIT_MS }, async (t) =>
  transportContract(t, 'Basic where unencrypted messages are allowed', await hostRig(t, 'basic')),
);
