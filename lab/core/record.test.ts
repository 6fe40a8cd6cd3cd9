import t from 'tap';
import { journalOf, sampleRun } from '../testing/fixtures/sample-run.ts';
import { LabError } from './error.ts';
import type { LabEvent } from './event.ts';
import { type RunRecord, exitCodeOf, foldRecord } from './record.ts';

const accepted = sampleRun('emulated');
const events = accepted.lines.map((line) => line.event);

/** Folds the accepted sample's events after `change` had its way with them. */
const foldWith = (change: (events: LabEvent[]) => LabEvent[], plan = accepted.plan): RunRecord =>
  foldRecord(plan, journalOf(change([...events])).lines);

const withOutcome =
  (cell: string, outcome: (LabEvent & { type: 'cell-finished' })['outcome']) =>
  (all: LabEvent[]): LabEvent[] =>
    all.map((event) => (event.type === 'cell-finished' && event.cell === cell ? { ...event, outcome } : event));

const [someCell] = accepted.plan.cells;
const cell = someCell!.id;

t.test('a run in which every planned cell passed or was allowed to be skipped is accepted', async (t) => {
  const record = foldWith((all) => all);
  t.equal(record.verdict, 'accepted');
  t.same(record.reasons, []);
  t.equal(exitCodeOf(record.verdict), 0);
  t.same(foldRecord(accepted.plan, accepted.lines), accepted.record, 'the same lines give the same record');
});

t.test('a planned cell without a result is missing and blocks', async (t) => {
  const record = foldWith((all) => all.filter((event) => !(event.type === 'cell-finished' && event.cell === cell)));
  t.equal(record.verdict, 'blocked');
  t.same(record.cells.find((candidate) => candidate.id === cell)?.outcome, { kind: 'missing' });
  t.match(record.reasons, [new RegExp(`${cell} was planned and never answered`)]);
});

t.test('one failed cell rejects, whatever else there is', async (t) => {
  const findings = [{ code: 'x.y', severity: 'error' as const, message: 'it is broken', fix: 'mend it' }];
  const record = foldWith(withOutcome(cell, { kind: 'failed', findings }));
  t.equal(record.verdict, 'rejected');
  t.match(record.reasons, [`${cell}: it is broken`]);
  t.equal(exitCodeOf(record.verdict), 1);
});

t.test('a run whose every cell was skipped says why that is no answer, and what to do', async (t) => {
  const reason = { code: 'emulated-guest' as const, text: 'Wine has no SmartScreen' };
  const skipped = foldWith(
    (all) => all.map((event) => (event.type === 'cell-finished' ? { ...event, outcome: { kind: 'skipped', reason } } : event)),
    {
      ...accepted.plan,
      policy: { ...accepted.plan.policy, maySkip: accepted.plan.checks.map((check) => ({ check: check.id, reason: reason.code })) },
    },
  );
  t.equal(skipped.verdict, 'blocked');
  t.same(skipped.reasons, [
    'Not one cell passed: all of them were skipped (Wine has no SmartScreen), and a skip is no answer; ask another check as well, or guests that can answer',
  ]);
});

t.test('an inconclusive cell blocks with its reason', async (t) => {
  const error = LabError.of('run.guest-lost', { guest: 'win10', reason: 'killed' }).toData();
  const record = foldWith(withOutcome(cell, { kind: 'inconclusive', error }));
  t.equal(record.verdict, 'blocked');
  t.equal(exitCodeOf(record.verdict), 3);
  t.match(record.reasons[0], /inconclusive/);
});

t.test('a skip that the policy does not know blocks; the same skip allowed does not', async (t) => {
  const reason = { code: 'not-applicable' as const, text: 'does not apply' };
  const change = withOutcome(cell, { kind: 'skipped', reason });
  t.equal(foldWith(change).verdict, 'blocked');
  const allowing = {
    ...accepted.plan,
    policy: { ...accepted.plan.policy, maySkip: [...accepted.plan.policy.maySkip, { check: someCell!.check, reason: reason.code }] },
  };
  t.equal(foldWith(change, allowing).verdict, 'accepted');
});

t.test('everything skipped is not accepted', async (t) => {
  const reason = { code: 'not-applicable' as const, text: 'does not apply' };
  const plan = {
    ...accepted.plan,
    policy: { ...accepted.plan.policy, maySkip: accepted.plan.cells.map(({ check }) => ({ check, reason: reason.code })) },
  };
  const record = foldWith(
    (all) => all.map((event) => (event.type === 'cell-finished' ? { ...event, outcome: { kind: 'skipped', reason } } : event)),
    plan,
  );
  t.equal(record.verdict, 'blocked');
  t.match(record.reasons, ['Not one cell passed']);
});

t.test('a journal that was cut off is not accepted, wherever it was cut', async (t) => {
  for (let length = 1; length < events.length; length += 1) {
    t.not(foldWith((all) => all.slice(0, length)).verdict, 'accepted', `after ${length} lines`);
  }
});

t.test('an interruption beats everything', async (t) => {
  const record = foldWith((all) => [...all.slice(0, -1), { type: 'interrupted', signal: 'SIGINT' }, all.at(-1)!]);
  t.equal(record.verdict, 'interrupted');
  t.equal(exitCodeOf(record.verdict), 130);
  t.equal(record.reasons[0], 'Stopped by SIGINT');
});

t.test('a run without a bundle, or with a failed step, is not accepted', async (t) => {
  t.equal(foldWith((all) => all.filter((event) => event.type !== 'bundle-made')).verdict, 'blocked');
  const error = LabError.of('lab.bug', { message: 'x' }).toData();
  t.equal(
    foldWith((all) => all.map((event) => (event.type === 'step-finished' && event.step === 'bundle' ? { ...event, error } : event)))
      .verdict,
    'blocked',
  );
  t.equal(foldWith((all) => [...all, { type: 'run-failed', error: { ...error, kind: 'product' } }]).verdict, 'rejected');
});

t.test('a run is worth what its weakest guest is worth', async (t) => {
  t.equal(
    foldWith((all) =>
      all.map((event) => (event.type === 'guest-ready' && event.guest === 'win10' ? { ...event, assurance: 'windows' } : event)),
    ).assurance,
    'emulated',
  );
  t.equal(
    foldWith((all) => all.map((event) => (event.type === 'guest-ready' ? { ...event, assurance: 'windows' } : event))).assurance,
    'windows',
  );
  t.equal(foldWith((all) => all.filter((event) => event.type !== 'guest-ready')).assurance, undefined);
});

t.test('a journal that does not begin with its beginning is refused', async (t) => {
  t.throws(() => foldRecord(accepted.plan, accepted.lines.slice(1)), TypeError);
  t.throws(() => foldRecord(accepted.plan, []), TypeError);
});
