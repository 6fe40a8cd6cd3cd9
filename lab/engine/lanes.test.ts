import t from 'tap';
import { LabError } from '../core/error.ts';
import { openCall } from '../testing/calls.ts';
import { callUntil } from './deadline.ts';
import { createLanes } from './lanes.ts';

/** A job that runs until it is told to end. */
function job(name: string, log: string[]) {
  const gate = Promise.withResolvers<void>();
  return {
    end: gate.resolve,
    work: async () => {
      log.push(`+${name}`);
      await gate.promise;
      log.push(`-${name}`);
    },
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

t.test('guest lane work overlaps, host lane work runs alone and in turn', async (t) => {
  const lanes = createLanes(2);
  const log: string[] = [];
  const [a, b, alone, c] = ['a', 'b', 'alone', 'c'].map((name) => job(name, log)) as [
    ReturnType<typeof job>,
    ReturnType<typeof job>,
    ReturnType<typeof job>,
    ReturnType<typeof job>,
  ];
  const all = [lanes.run('guest', 'a', a.work, openCall()), lanes.run('guest', 'b', b.work, openCall())];
  await settle();
  t.same(log, ['+a', '+b']);
  all.push(lanes.run('host', 'alone', alone.work, openCall()));
  all.push(lanes.run('guest', 'c', c.work, openCall()));
  a.end();
  await settle();
  t.same(log, ['+a', '+b', '-a'], 'c came after the host job and waits for it');
  b.end();
  await settle();
  t.same(log.slice(3), ['-b', '+alone']);
  alone.end();
  await settle();
  t.same(log.slice(5), ['-alone', '+c']);
  c.end();
  await Promise.all(all);
});

t.test('two host jobs do not overlap', async (t) => {
  const lanes = createLanes(2);
  const log: string[] = [];
  const first = job('first', log);
  const second = job('second', log);
  const all = [lanes.run('host', 'first', first.work, openCall()), lanes.run('host', 'second', second.work, openCall())];
  await settle();
  t.same(log, ['+first']);
  first.end();
  await settle();
  t.same(log, ['+first', '-first', '+second']);
  second.end();
  await Promise.all(all);
});

t.test('host work waits for guest work that is still to come, and holds none of it back', async (t) => {
  const lanes = createLanes(2);
  const log: string[] = [];
  const alone = job('alone', log);
  const late = job('late', log);
  const more = [lanes.expectMore(), lanes.expectMore()];
  const all = [lanes.run('host', 'alone', alone.work, openCall())];
  await settle();
  more[0]?.[Symbol.dispose]();
  more[0]?.[Symbol.dispose]();
  all.push(lanes.run('guest', 'late', late.work, openCall()));
  await settle();
  t.same(log, ['+late'], 'one of two is still expected');
  more[1]?.[Symbol.dispose]();
  await settle();
  t.same(log, ['+late'], 'what runs is waited for as ever');
  late.end();
  await settle();
  t.same(log, ['+late', '-late', '+alone']);
  const after = job('after', log);
  all.push(lanes.run('guest', 'after', after.work, openCall()));
  await settle();
  t.same(log.slice(3), [], 'alone means alone');
  alone.end();
  after.end();
  await Promise.all(all);
});

t.test('what ran at the same time is known', async (t) => {
  const lanes = createLanes(2);
  const log: string[] = [];
  const long = job('long', log);
  const seen: string[][] = [];
  const running = lanes.run(
    'guest',
    'long',
    async (alongside) => {
      await long.work();
      seen.push([...alongside]);
    },
    openCall(),
  );
  await lanes.run('guest', 'short', async (alongside) => void seen.push([...alongside]), openCall());
  long.end();
  await running;
  t.same(seen, [['long'], ['short']]);
  await lanes.run('host', 'bench', async (alongside) => void seen.push([...alongside]), openCall());
  t.same(seen[2], []);
});

t.test('an aborted call is not begun, and one that fails does not block the lane', async (t) => {
  const lanes = createLanes(1);
  const stop = new AbortController();
  stop.abort(LabError.of('lab.interrupted', { signal: 'SIGINT' }));
  await t.rejects(
    lanes.run('host', 'never', () => t.fail('begun') as never, callUntil(stop.signal)),
    { code: 'lab.interrupted' },
  );
  await t.rejects(
    lanes.run('host', 'bad', () => Promise.reject(new Error('bad')), openCall()),
    { message: 'bad' },
  );
  t.equal(await lanes.run('guest', 'good', async () => 'good', openCall()), 'good');
});

t.test('an aborted call settles only when its work has', async (t) => {
  const lanes = createLanes(1);
  const log: string[] = [];
  const stop = new AbortController();
  const slow = job('slow', log);
  let settled = false;
  const running = lanes.run('guest', 'slow', slow.work, callUntil(stop.signal)).finally(() => (settled = true));
  await settle();
  stop.abort(new Error('stop'));
  await settle();
  t.notOk(settled, 'the work is still cleaning up');
  slow.end();
  await running;
  t.same(log, ['+slow', '-slow']);
});
