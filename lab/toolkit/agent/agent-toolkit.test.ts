import t from 'tap';
import { toolkitContract } from '../../testing/contracts/toolkit-contract.ts';
import { type ScriptedCall, fakeToolkit, recordingToolkit } from '../../testing/fakes/fake-toolkit.ts';
import { guestToolRig } from '../../testing/guest-tool-rig.ts';

// Over a hundred processes, one after the other.
t.setTimeout(180_000);

const rig = await guestToolRig(t);
const recorded: ScriptedCall[] = [];

await toolkitContract(t, 'the tool on this machine', { ...rig, toolkit: recordingToolkit(rig.toolkit, recorded) });

const fake = fakeToolkit(recorded);
await toolkitContract(t, 'the strict fake that plays the recording', { ...rig, toolkit: fake, place: async () => {} });
t.same(fake.pending(), [], 'the fake was asked all it expected');
