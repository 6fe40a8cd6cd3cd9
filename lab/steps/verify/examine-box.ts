import { judgeBox, worthRepairing } from '../../core/judge-box.ts';
import { type BoxAnswer, type BoxFact, type BoxTruth, boxFactText } from '../../core/box-truth.ts';
import { type BoxExamination, boxProblems } from '../../core/box-examination.ts';
import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import { LabError } from '../../core/error.ts';
import type { LabEvent } from '../../core/event.ts';
import type { GuestLease } from '../../core/guest.ts';
import type { Policy } from '../../core/policy.ts';
import type { Toolkit } from '../../core/toolkit.ts';

export interface ExamineParts {
  readonly clock: Clock;
  readonly policy: Policy;
  readonly emit: (event: LabEvent) => void;
}

/**
 * Asks a guest what it really is before anything is asked of the release, puts right what can be put right without a restart, and asks again. Says
 * all of it in one event. Throws `run.box-unfit` where something fatal stays wrong: nothing that such a guest answers would count.
 */
export async function examineBox(
  lease: Pick<GuestLease, 'spec' | 'assurance'>,
  toolkit: Toolkit,
  { clock, policy, emit }: ExamineParts,
  call: Call,
): Promise<void> {
  const startedMs = clock.monotonicMs();
  const judged = (truth: BoxTruth): BoxExamination['verdicts'] => [...judgeBox(truth, policy.box, lease.spec.build, lease.assurance)];
  const before = await readTruth(toolkit, clock, call);
  let examination: BoxExamination = { truth: before, verdicts: judged(before), repairs: [] };
  const broken = policy.box.repair ? worthRepairing(examination.verdicts) : [];
  if (broken.length > 0) {
    const repairs = await toolkit.repairBox(broken, Date.parse(clock.now()), call);
    const after = await readTruth(toolkit, clock, call);
    examination = {
      truth: after,
      verdicts: judged(after),
      repairs: repairs.map((repair) => ({ ...repair, before: boxFactText(before[repair.fact]) })),
    };
  }
  emit({ type: 'box-examined', guest: lease.spec.name, examination, durationMs: clock.monotonicMs() - startedMs });
  if (examination.verdicts.some(({ fatal }) => fatal)) {
    throw LabError.of('run.box-unfit', { guest: lease.spec.name, reason: boxProblems(examination).join('; ') });
  }
}

async function readTruth(toolkit: Toolkit, clock: Clock, call: Call): Promise<BoxTruth> {
  const askedMs = Date.parse(clock.now());
  const { clockUnixMs, ...rest } = await toolkit.readBox(call);
  return { ...rest, clockSkewMs: skewOf(clockUnixMs, askedMs, Date.parse(clock.now())) };
}

/** Nobody knows when between question and answer the clock was read. */
function skewOf(clock: BoxAnswer['clockUnixMs'], askedMs: number, answeredMs: number): Extract<BoxFact, BoxTruth['clockSkewMs']> {
  if (clock.state !== 'known') return clock;
  const ahead = clock.value > answeredMs ? clock.value - answeredMs : Math.min(0, clock.value - askedMs);
  return { state: 'known', value: Math.round(ahead) };
}
