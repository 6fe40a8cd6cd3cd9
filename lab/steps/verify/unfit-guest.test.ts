import t from 'tap';
import type { LabEvent } from '../../core/event.ts';
import { soundBox } from '../../testing/fixtures/box-answers.ts';
import { fakeToolkit, flowRig, testCheck } from '../../testing/flow-rig.ts';

const cellsIn = (events: readonly LabEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'cell-finished' ? [`${event.cell} ${event.outcome.kind}`] : [])).toSorted();

t.test('nothing counts that an unfit guest would answer, and the others go on', async (t) => {
  const asked: string[] = [];
  const check = (id: string) => testCheck(id, async (guest) => (asked.push(`${id}@${guest.spec.name}`), {}), { startsFrom: 'pristine' });
  const rig = await flowRig(t, [check('first'), check('second')]);
  const finished = await rig.run({
    // The launcher tells the guests of the rig apart.
    toolkitFor: (kind) =>
      kind.kind === 'agent' && kind.launcher === 'one'
        ? { ...fakeToolkit, readBox: async () => ({ ...soundBox(19045), freeDiskBytes: { state: 'known', value: 7 } }) }
        : fakeToolkit,
  });
  t.same(cellsIn(rig.events()), ['first@one inconclusive', 'first@two passed', 'second@one inconclusive', 'second@two passed']);
  t.same(asked, ['first@two', 'second@two'], 'it was not even asked');
  t.notOk(rig.log.includes('rewind one'), 'nor made anew: another one of its kind would be no better');
  t.equal(finished.record.verdict, 'blocked');
  t.match(finished.record.guests.find(({ spec }) => spec.name === 'one')?.box?.truth.freeDiskBytes, { state: 'known', value: 7 });
  const error = finished.record.cells.find(({ id }) => id === 'second@one')?.outcome;
  t.match(error, { kind: 'inconclusive', error: { code: 'run.box-unfit', message: /freeDiskBytes is 7/ } });
});

t.test('a guest is examined again after each rewind, which takes repairs back', async (t) => {
  const check = (id: string) => testCheck(id, async () => ({}), { startsFrom: 'pristine' });
  const rig = await flowRig(t, [check('first'), check('second')]);
  await rig.run();
  const examined = rig.events().filter((event) => event.type === 'box-examined' && event.guest === 'one').length;
  t.equal(examined, 1 + rig.log.filter((line) => line === 'rewind one').length);
  t.equal(examined, 2);
});
