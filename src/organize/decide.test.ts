import t from 'tap';
import { type Decision, type Sight, type Sights, decide } from './decide.ts';
import { type MoveRecord, type Place, otherPlace } from './move-record.ts';

type Known = Parameters<typeof decide>[0];
const places: readonly Place[] = ['start', 'end'];
const sights: readonly Sight[] = ['absent', 'ours', 'empty', 'other'];

/** Every record with everything that there can be to see. */
function* everything(): Generator<{ record: Known; goal: Place; seen: Sights }> {
  for (const transfer of ['move', 'copy'] as const)
    for (const at of places)
      for (const underWay of [false, true])
        for (const reserved of [undefined, ...places])
          for (const copied of [undefined, ...places])
            for (const goal of places)
              for (const start of sights)
                for (const end of sights)
                  for (const oneFile of start === 'ours' && end === 'ours' ? [false, true] : [false]) {
                    yield { record: { transfer, at, underWay, reserved, copied }, goal, seen: { start, end, oneFile } };
                  }
}

/** What is to be seen after an act. */
function after(seen: Sights, decision: Decision, { transfer }: Known, goal: Place): Sights {
  switch (decision.act) {
    case 'nothing':
    case 'keep':
      return seen;
    case 'remove-name':
    case 'remove-copy':
    case 'remove-reservation':
      return { ...seen, [decision.place]: 'absent', oneFile: false };
    case 'transfer':
      return { ...seen, [goal]: 'ours', ...(transfer === 'move' ? { [otherPlace(goal)]: 'absent' } : {}) };
  }
}

const isRemoval = (decision: Decision): decision is Extract<Decision, { place: Place }> => 'place' in decision;

t.test('whatever there is to see, nothing is removed without proof, nothing written over, and it ends', async (t) => {
  let cases = 0;
  for (const { record, goal, seen } of everything()) {
    cases += 1;
    const where = JSON.stringify({ record, goal, seen });
    let now = seen;
    for (let acts = 0; ; acts += 1) {
      if (acts > 4) t.fail(`does not end: ${where}`);
      const decision = decide(record, goal, now);
      if (decision.act === 'nothing' || decision.act === 'keep') {
        if (decision.act === 'keep' && acts > 1) t.fail(`gives up after having changed things twice: ${where}`);
        break;
      }
      if (decision.act === 'transfer' && (now[goal] !== 'absent' || now[otherPlace(goal)] !== 'ours')) t.fail(`overwrites: ${where}`);
      if (isRemoval(decision)) {
        const gone = now[decision.place];
        const kept = now[otherPlace(decision.place)];
        const isOurs =
          decision.act === 'remove-reservation'
            ? gone === 'empty' && record.reserved === decision.place
            : gone === 'ours' && kept === 'ours' && (now.oneFile || decision.act === 'remove-copy');
        const isNoted = now.oneFile || record.copied !== undefined || record.reserved !== undefined || record.transfer === 'copy';
        if (!isOurs || !isNoted) t.fail(`removes what may be somebody's: ${where}`);
      }
      const next = after(now, decision, record, goal);
      if (places.some((place) => now[place] === 'ours') && !places.some((place) => next[place] === 'ours')) t.fail(`loses it: ${where}`);
      if (places.some((place) => now[place] === 'other' && next[place] !== 'other')) t.fail(`touches another's: ${where}`);
      now = next;
      if (decision.act === 'transfer') break;
    }
  }
  t.equal(cases, 2 * 2 * 2 * 3 * 3 * 2 * (16 + 1));
});

const moved: Known = { transfer: 'move', at: 'end', underWay: false };
const cutOff: Known = { transfer: 'move', at: 'start', underWay: true };
const see = (start: Sight, end: Sight, oneFile = false): Sights => ({ start, end, oneFile });

t.test('moves', async (t) => {
  const cases: readonly [string, Partial<MoveRecord> & Known, Place, Sights, Decision][] = [
    ['nothing had happened', cutOff, 'end', see('ours', 'absent'), { act: 'transfer' }],
    ['nothing had happened', cutOff, 'start', see('ours', 'absent'), { act: 'nothing' }],
    ['two names, forward', cutOff, 'end', see('ours', 'ours', true), { act: 'remove-name', place: 'start' }],
    ['two names, back', cutOff, 'start', see('ours', 'ours', true), { act: 'remove-name', place: 'end' }],
    ['all had happened', cutOff, 'start', see('absent', 'ours'), { act: 'transfer' }],
    ['reserved', { ...cutOff, reserved: 'end' }, 'end', see('ours', 'empty'), { act: 'remove-reservation', place: 'end' }],
    ['an empty file of somebody else', cutOff, 'end', see('ours', 'empty'), { act: 'keep', reason: 'taken' }],
    ['an empty file of somebody else stays', cutOff, 'start', see('ours', 'empty'), { act: 'nothing' }],
    ['copied', { ...cutOff, copied: 'end' }, 'start', see('ours', 'ours'), { act: 'remove-copy', place: 'end' }],
    ['the same file, but nobody copied it', cutOff, 'start', see('ours', 'ours'), { act: 'nothing' }],
    ['the same file, but nobody copied it', cutOff, 'end', see('ours', 'ours'), { act: 'keep', reason: 'taken' }],
    ['moved, and somebody put it back', moved, 'start', see('ours', 'ours'), { act: 'keep', reason: 'taken' }],
    ['moved, and its place taken', moved, 'start', see('other', 'ours'), { act: 'keep', reason: 'taken' }],
    ['moved and changed', moved, 'start', see('absent', 'other'), { act: 'keep', reason: 'changed' }],
    ['moved and gone', moved, 'start', see('absent', 'absent'), { act: 'keep', reason: 'gone' }],
  ];
  for (const [name, record, goal, seen, wanted] of cases) t.same(decide(record, goal, seen), wanted, `${name}, to ${goal}`);
});

t.test('copies', async (t) => {
  const copied: Known = { transfer: 'copy', at: 'end', underWay: false };
  const begun: Known = { transfer: 'copy', at: 'start', underWay: true };
  const cases: readonly [string, Known, Place, Sights, Decision][] = [
    ['taken back', copied, 'start', see('ours', 'ours'), { act: 'remove-copy', place: 'end' }],
    ['gone already', copied, 'start', see('ours', 'absent'), { act: 'nothing' }],
    ['changed since', copied, 'start', see('ours', 'other'), { act: 'keep', reason: 'changed' }],
    ['the only one', copied, 'start', see('absent', 'ours'), { act: 'keep', reason: 'original-gone' }],
    ['the only one of what it was', copied, 'start', see('other', 'ours'), { act: 'keep', reason: 'original-changed' }],
    ['never made', begun, 'start', see('ours', 'ours'), { act: 'nothing' }],
    ['not made yet', begun, 'end', see('ours', 'absent'), { act: 'transfer' }],
    ['another is in the way', begun, 'end', see('ours', 'other'), { act: 'keep', reason: 'taken' }],
    ['made', { ...begun, copied: 'end' }, 'end', see('ours', 'ours'), { act: 'nothing' }],
  ];
  for (const [name, record, goal, seen, wanted] of cases) t.same(decide(record, goal, seen), wanted, `${name}, to ${goal}`);
});
