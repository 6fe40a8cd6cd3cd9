import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { callFor } from '../testing/calls.ts';
import { allOrNone } from './all-or-none.ts';
import type { Call } from './call.ts';

const call = callFor(20_000);

/** Work that goes on until it is told to stop, and then needs a moment to clear up. */
const endless =
  (ended: unknown[]) =>
  async ({ signal }: Call): Promise<never> => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await turn();
    ended.push(signal.reason);
    throw new Error('stopped');
  };

t.test('all results, in the order of the work', async (t) => {
  const [one, two, three] = await allOrNone([async () => (await turn(), 1), () => 'two', () => undefined], call);
  t.same([one, two, three], [1, 'two', undefined]);
});

t.test('the first failure stops the others, is waited out, and is what is thrown', async (t) => {
  const ended: unknown[] = [];
  const first = new Error('first');
  const late = async ({ signal }: Call): Promise<never> => (await endless(ended)({ ...call, signal }), Promise.reject(new Error('late')));
  await t.rejects(allOrNone([endless(ended), async () => (await turn(), Promise.reject(first)), late], call), first);
  t.same(ended, [first, first], 'both had ended by then, and knew why');
});

t.test('what throws at once counts too', async (t) => {
  const ended: unknown[] = [];
  const first = new Error('first');
  const failing = (): never => {
    throw first;
  };
  await t.rejects(allOrNone([endless(ended), failing], call), first);
  t.same(ended, [first]);
});

t.test('giving up from outside ends all', async (t) => {
  const ended: unknown[] = [];
  const control = new AbortController();
  const reason = new Error('enough');
  const honest = async ({ signal }: Call): Promise<never> => (
    await endless(ended)({ ...call, signal }).catch(() => {}),
    Promise.reject(signal.reason)
  );
  const both = allOrNone([honest, honest], { ...call, signal: control.signal });
  control.abort(reason);
  await t.rejects(both, reason);
  t.same(ended, [reason, reason]);
});
