import t from 'tap';
import { usualBox } from '../../core/box-policy.ts';
import type { BoxAnswer } from '../../core/box-truth.ts';
import type { LabEvent } from '../../core/event.ts';
import type { GuestSpec } from '../../core/guest.ts';
import { guestName } from '../../core/ids.ts';
import { systemClock } from '../../host/clock.ts';
import { openCall } from '../../testing/calls.ts';
import { type ScriptedCall, fakeToolkit } from '../../testing/fakes/fake-toolkit.ts';
import { emulatedBox, soundBox } from '../../testing/fixtures/box-answers.ts';
import { samplePolicy } from '../../testing/fixtures/sample-policy.ts';
import { examineBox } from './examine-box.ts';

const spec: GuestSpec = { name: guestName('win11'), os: 'windows-11', build: 26100, provider: 'wine' };
const known = <T>(value: T) => ({ state: 'known', value }) as const;
type Examined = Extract<LabEvent, { type: 'box-examined' }>;

async function examined(
  script: readonly ScriptedCall[],
  { assurance = 'windows', repair = true }: { readonly assurance?: 'windows' | 'emulated'; readonly repair?: boolean } = {},
): Promise<{ readonly event: Examined; readonly error: unknown }> {
  const events: LabEvent[] = [];
  const toolkit = fakeToolkit(script, 'powershell');
  const policy = { ...samplePolicy, box: { repair, expect: usualBox } };
  const error = await examineBox(
    { spec, assurance },
    toolkit,
    { clock: systemClock, policy, emit: (event) => events.push(event) },
    openCall(),
  ).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const [event] = events;
  if (event?.type !== 'box-examined' || events.length !== 1 || toolkit.pending().length > 0)
    throw new Error(`${JSON.stringify(events.map(({ type }) => type))}, ${toolkit.pending().join(', ')} still expected`);
  return { event, error };
}

const reading = (answer: BoxAnswer): ScriptedCall => ({ verb: 'readBox', answer });

t.test('a sound machine is asked once', async (t) => {
  const { event, error } = await examined([reading(soundBox(26100))]);
  t.equal(error, undefined);
  t.same(event.examination.repairs, []);
  t.same(
    event.examination.verdicts.filter(({ state }) => state !== 'right'),
    [],
  );
  t.match(event.examination.truth.clockSkewMs, { state: 'known' });
});

t.test('what can be put right is, and is told with what it was before', async (t) => {
  const stock = { ...soundBox(26100), exclusions: known(['ExclusionPath: C:\\']) };
  const { event, error } = await examined([
    reading(stock),
    { verb: 'repairBox', answer: [{ fact: 'exclusions', done: true }] },
    reading(soundBox(26100)),
  ]);
  t.equal(error, undefined);
  t.same(event.examination.repairs, [{ fact: 'exclusions', done: true, before: 'ExclusionPath: C:\\' }]);
  t.same(event.examination.truth.exclusions, known([]));
});

t.test('a fatal one that stays wrong makes what the guest answers worthless', async (t) => {
  const stock = { ...soundBox(26100), realTimeProtection: known(false) };
  const { event, error } = await examined([
    reading(stock),
    { verb: 'repairBox', answer: [{ fact: 'realTimeProtection', done: false, problem: 'Access denied' }] },
    reading(stock),
  ]);
  t.match(error, { code: 'run.box-unfit', message: /realTimeProtection is false and should be true/ });
  t.match(event.examination.repairs, [{ fact: 'realTimeProtection', done: false, problem: 'Access denied', before: 'false' }]);
});

t.test('where the policy says so nothing is touched', async (t) => {
  const { error } = await examined([reading({ ...soundBox(26100), exclusions: known(['ExclusionPath: C:\\']) })], { repair: false });
  t.match(error, { code: 'run.box-unfit' });
});

t.test('a clock that is wrong beyond what the answer took is found', async (t) => {
  const late = { ...soundBox(26100), clockUnixMs: known(Date.now() - 3_600_000) };
  const { event, error } = await examined([
    reading(late),
    { verb: 'repairBox', answer: [{ fact: 'clockSkewMs', done: true }] },
    reading(soundBox(26100)),
  ]);
  t.equal(error, undefined, 'not fatal');
  t.match(event.examination.repairs[0]?.before, /^-3\d{6}$/);
});

t.test('an emulated guest has nothing to repair and is fit', async (t) => {
  const { event, error } = await examined([reading(emulatedBox(26100))], { assurance: 'emulated' });
  t.equal(error, undefined);
  t.ok(event.examination.verdicts.some(({ state, actual }) => state === 'not-applicable' && actual === 'not applicable: emulated'));
});

t.test('what says it is Windows and is not is unfit', async (t) => {
  t.match((await examined([reading({ ...soundBox(26100), system: known('Wine 10.0') })])).error, {
    code: 'run.box-unfit',
    message: /system is Wine 10.0/,
  });
});
