import t from 'tap';
import { guestName } from '../../core/ids.ts';
import { providerContract } from '../contracts/provider-contract.ts';
import { testCall } from '../wine-rig.ts';
import { fakeProvider } from './fake-provider.ts';

const spec = { name: guestName('win10'), os: 'windows-10', build: 19045, provider: 'wine' } as const;
const provider = fakeProvider({ acquireMs: 60 });

await providerContract(t, 'fake provider', {
  provider,
  spec,
  call: () => testCall(10_000),
  kill: provider.crash,
  orphan: async () => provider.orphan(spec),
  remains: async () => Array.from({ length: provider.running() }, () => 'a server'),
});

t.test('a fake provider notes what is asked and refuses what must not be', async (t) => {
  const fresh = fakeProvider();
  const lease = await fresh.acquire(spec, { id: 'x' }, testCall(1000));
  await lease.rewind(testCall(1000));
  await lease[Symbol.asyncDispose]();
  await lease[Symbol.asyncDispose]();
  t.same(fresh.calls, ['acquire win10', 'rewind win10', 'release win10']);
  await t.rejects(fresh.acquire(spec, { id: '' }, testCall(1000)), { message: 'a guest needs an owner' });
  await t.rejects(
    fresh.prepare([], () => {}, testCall(1000)),
    { message: 'prepare was asked for no guest' },
  );
  await t.rejects(fresh.crash({ ...lease }), { message: 'this guest is not of this provider' });
});
