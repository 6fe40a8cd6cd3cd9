import t from 'tap';
import { emulatedBox, soundBox } from '../testing/fixtures/box-answers.ts';
import { usualBox } from './box-policy.ts';
import { boxAnswer, boxFactDescription, boxFactNames, boxFactText, boxTruth, type BoxTruth } from './box-truth.ts';
import { judgeBox, worthRepairing } from './judge-box.ts';

const truthOf = (answer: ReturnType<typeof soundBox>, skewMs = 0): BoxTruth => {
  const { clockUnixMs, ...rest } = answer;
  return { ...rest, clockSkewMs: clockUnixMs.state === 'known' ? { state: 'known', value: skewMs } : clockUnixMs };
};
const policy = { repair: true, expect: usualBox };
const wrongIn = (truth: BoxTruth, build = 26100): readonly string[] =>
  judgeBox(truth, policy, build, 'windows')
    .filter(({ state }) => state === 'wrong' || state === 'unknown')
    .map(({ fact, fatal }) => `${fact}${fatal ? '!' : ''}`);
const known = <T>(value: T) => ({ state: 'known', value }) as const;

t.test('some 25 facts, each with a description', async (t) => {
  t.ok(boxFactNames.length >= 25, `${boxFactNames.length}`);
  for (const name of boxFactNames) t.ok(boxFactDescription(name).length > 10, name);
  boxTruth.parse(truthOf(soundBox(26100)));
  boxAnswer.parse(emulatedBox(19045));
});

t.test('a sound machine is right, and an emulated one is not blamed for what it has not', async (t) => {
  t.same(wrongIn(truthOf(soundBox(26100))), []);
  const emulated = judgeBox(truthOf(emulatedBox(19045)), policy, 19045, 'emulated');
  t.same(
    emulated.filter(({ state }) => state !== 'not-applicable').map(({ fact, state }) => [fact, state]),
    [
      ['osBuild', 'right'],
      ['freeDiskBytes', 'right'],
      ['clockSkewMs', 'right'],
    ],
  );
});

t.test('what a stock box gets wrong is found', async (t) => {
  const stock = {
    ...truthOf(soundBox(26100), -3_600_000),
    exclusions: known(['ExclusionPath: C:\\']),
    realTimeProtection: known(false),
    defenderMode: known('Passive Mode'),
    smartScreen: known('off'),
    uac: known(false),
    licenceDaysLeft: known(0),
    signatureAgeDays: known(4_294_967_295),
    pendingReboot: known(['Windows Update']),
    freeDiskBytes: known(1000),
    powerPlan: known('381b4222-f694-41f0-9685-ff5bb260df2e'),
  } satisfies BoxTruth;
  t.same(wrongIn(stock).toSorted(), [
    'clockSkewMs',
    'defenderMode!',
    'exclusions!',
    'freeDiskBytes!',
    'licenceDaysLeft!',
    'pendingReboot',
    'powerPlan',
    'realTimeProtection!',
    'signatureAgeDays',
    'smartScreen!',
    'uac',
  ]);
  t.same(
    worthRepairing(judgeBox(stock, policy, 26100, 'windows')).toSorted(),
    ['clockSkewMs', 'exclusions', 'powerPlan', 'realTimeProtection', 'signatureAgeDays', 'smartScreen'],
    'what a restart or a new machine would be needed for is left alone',
  );
});

t.test('what must hold and cannot be seen does not hold', async (t) => {
  const unknown = { state: 'unknown', reason: 'Access denied' } as const;
  t.same(wrongIn({ ...truthOf(soundBox(26100)), exclusions: unknown, uac: unknown }), ['exclusions!', 'uac']);
  t.same(worthRepairing(judgeBox({ ...truthOf(soundBox(26100)), exclusions: unknown }, policy, 26100, 'windows')), []);
});

t.test('another build, and what is no Windows, count for nothing', async (t) => {
  t.same(wrongIn(truthOf(soundBox(22000))), ['osBuild!']);
  t.same(wrongIn({ ...truthOf(soundBox(26100)), system: known('Wine 10.0') }), ['system!']);
});

t.test('demands of every kind', async (t) => {
  const judged = (expectation: Parameters<typeof judgeBox>[1]['expect'], truth: BoxTruth = truthOf(soundBox(26100))): readonly string[] =>
    judgeBox(truth, { repair: true, expect: expectation }, 26100, 'windows')
      .slice(1)
      .map(({ state, expected, actual }) => `${state}: ${expected}: ${actual}`);
  t.same(judged({ edition: { oneOf: ['Professional', 'EnterpriseEval'], fatal: false } }), [
    'right: one of Professional, EnterpriseEval: EnterpriseEval',
  ]);
  t.same(judged({ runtimes: { empty: true, fatal: false } }), ['wrong: none: .NET Framework 4.8.09032']);
  t.same(judged({ networkCategories: { oneOf: ['private', 'domain'], fatal: false } }), ['right: one of private, domain: private']);
  t.same(judged({ upSeconds: { atLeast: 60, atMost: 80, fatal: false } }), ['wrong: at least 60, at most 80: 90']);
  t.same(judged({ edition: { atLeast: 3, fatal: false } }), ['wrong: at least 3: EnterpriseEval'], 'a text is no number');
  t.same(judged({ edition: { fatal: true } }), ['right: anything: EnterpriseEval']);
});

t.test('facts in words', async (t) => {
  t.equal(boxFactText({ state: 'known', value: [] }), 'none');
  t.equal(boxFactText({ state: 'known', value: ['a', 'b'] }), 'a, b');
  t.equal(boxFactText({ state: 'known', value: false }), 'false');
  t.equal(boxFactText({ state: 'not-applicable', reason: 'emulated' }), 'not applicable: emulated');
  t.equal(boxFactText({ state: 'unknown', reason: 'Access denied' }), 'unknown: Access denied');
});
