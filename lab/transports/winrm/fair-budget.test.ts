import t from 'tap';
import { FairBudget, type TakenBytes } from './fair-budget.ts';

const never = new AbortController().signal;

t.test('guests take turns, and each keeps its order', async (t) => {
  const budget = new FairBudget(10);
  const order: string[] = [];
  const held: TakenBytes[] = [];
  const [a, b] = [{}, {}];
  const take = (guest: object, name: string, bytes: number): Promise<void> =>
    budget.take(guest, bytes, never).then((taken) => {
      order.push(name);
      held.push(taken);
    });
  const all = [take(a, 'a1', 10), take(a, 'a2', 10), take(a, 'a3', 10), take(b, 'b1', 1), take(b, 'b2', 10)];
  for (let done = 0; done < all.length; done++) {
    await new Promise((resolve) => setImmediate(resolve));
    t.ok(held.length === 1 || (held.length <= 2 && order.length > 1), 'no more is under way than allowed');
    for (const taken of held.splice(0)) taken.giveBack();
  }
  await Promise.all(all);
  t.same(order, ['a1', 'a2', 'b1', 'a3', 'b2']);
});

t.test('what is larger than the whole passes alone; giving back twice counts once', async (t) => {
  const budget = new FairBudget(10);
  const large = await budget.take({}, 25, never);
  let passed = false;
  const next = budget.take({}, 6, never).then((taken) => {
    passed = true;
    return taken;
  });
  await new Promise((resolve) => setImmediate(resolve));
  t.notOk(passed);
  large.giveBack();
  large.giveBack();
  const taken = await next;
  const third = budget.take({}, 6, never);
  let early = false;
  void third.then(() => (early = true));
  await new Promise((resolve) => setImmediate(resolve));
  t.notOk(early, '12 of 10 would be too much');
  taken.giveBack();
  await third;
});

t.test('whoever gives up makes room in the row', async (t) => {
  const budget = new FairBudget(10);
  const first = await budget.take({}, 6, never);
  const stop = new AbortController();
  const large = budget.take({}, 10, stop.signal);
  const small = budget.take({}, 4, never);
  stop.abort(new Error('enough'));
  await t.rejects(large, { message: 'enough' });
  (await small).giveBack();
  first.giveBack();
  await t.rejects(budget.take({}, 1, stop.signal), { message: 'enough' });
  (await budget.take({}, 10, never)).giveBack();
});
