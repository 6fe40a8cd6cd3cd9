import t from 'tap';
import { transportContract } from '../testing/contracts/transport-contract.ts';
import { sshHostRig } from '../testing/ssh/host-rig.ts';

const LIMIT_MS = 300_000;

t.setTimeout(LIMIT_MS);

t.test('password', { timeout: LIMIT_MS }, async (t) => transportContract(t, 'over host processes', await sshHostRig(t)));
