import type { Call } from '../../core/call.ts';
import type { AnyCheck, Guest } from '../../core/check.ts';
import { type ErrorData, LabError, toErrorData } from '../../core/error.ts';
import type { LaneHolder } from '../../core/event.ts';
import type { FactLine } from '../../core/fact-line.ts';
import type { Format } from '../../core/formats.ts';
import type { GuestLease } from '../../core/guest.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { PlannedCell } from '../../core/plan.ts';
import { validate } from '../../core/validate.ts';
import { callWithin } from '../../engine/deadline.ts';
import { type CellEvidence, cellEvidence } from './evidence-store.ts';
import { GuestSession } from './guest-session.ts';
import type { VerifyParts } from './verify-parts.ts';

/** Answers the cells of one guest, one after the other. Every cell gets exactly one `cell-finished`; nothing is thrown but an abort of the call. */
export async function verifyGuest(lease: GuestLease, cells: readonly PlannedCell[], parts: VerifyParts, call: Call): Promise<void> {
  await using session = new GuestSession(lease, parts);
  for (const cell of cells) {
    call.signal.throwIfAborted();
    const check = parts.checks.find((candidate) => candidate.id === cell.check);
    if (check === undefined) throw new TypeError(`the plan names the check ${cell.check}, which does not exist`);
    if (cell.skip) {
      finishUnasked(cell, { kind: 'skipped', reason: cell.skip }, parts);
    } else if (check.needsIsolation && lease.isolation === 'none') {
      finishUnasked(cell, { kind: 'inconclusive', error: LabError.of('run.not-isolated', { guest: lease.spec.name }).toData() }, parts);
    } else {
      await parts.lanes.run(cell.lane, cell.id, (alongside) => answerCell(cell, check, session, alongside, parts, call), call);
    }
  }
}

/** Ends cells that nobody could ask, for one and the same reason. */
export function finishUnasked(cell: PlannedCell, outcome: Outcome, parts: Pick<VerifyParts, 'emit'>): void {
  parts.emit({ type: 'cell-finished', cell: cell.id, outcome, highlights: [], evidence: [], durationMs: 0, alongside: [] });
}

async function answerCell(
  cell: PlannedCell,
  check: AnyCheck,
  session: GuestSession,
  alongside: ReadonlySet<string>,
  parts: VerifyParts,
  call: Call,
): Promise<void> {
  const { clock, emit } = parts;
  emit({ type: 'cell-started', cell: cell.id });
  const startedMs = clock.monotonicMs();
  const evidence = cellEvidence(parts.runFolder, parts.masker);
  const answer = await ask(cell, check, session, evidence, parts, call);
  emit({
    type: 'cell-finished',
    cell: cell.id,
    outcome: answer.outcome,
    ...(answer.facts ? { facts: answer.facts } : {}),
    highlights: [...answer.highlights],
    evidence: [...evidence.kept],
    durationMs: clock.monotonicMs() - startedMs,
    alongside: [...alongside].map((other) => other as PlannedCell['id']),
  });
}

interface Answer {
  readonly outcome: Outcome;
  readonly facts?: Sha256;
  readonly highlights: readonly FactLine[];
}

const inconclusive = (error: ErrorData): Answer => ({ outcome: { kind: 'inconclusive', error }, highlights: [] });

/** The cell edge: whatever goes wrong in here is this cell's and no other's. */
async function ask(
  cell: PlannedCell,
  check: AnyCheck,
  session: GuestSession,
  evidence: CellEvidence,
  parts: VerifyParts,
  call: Call,
): Promise<Answer> {
  const { lease } = session;
  const lost = new AbortController();
  // A guest that is gone answers nothing any more: there is no point in waiting for time-outs.
  const watched = { signal: AbortSignal.any([call.signal, lost.signal]), deadline: call.deadline };
  let over = false;
  const watch = (end: Promise<string>): void => {
    void end.then((reason) => {
      if (!over) lost.abort(LabError.of('run.guest-lost', { guest: lease.spec.name, reason }));
    });
  };
  try {
    const seconds = parts.timeouts.checkSeconds + parts.timeouts.copySeconds;
    using timed = callWithin(seconds * 1000, cell.id, parts.clock, watched);
    await using alone = cell.lane === 'host' ? await turnOf(cell, parts, timed) : undefined;
    void alone;
    const toolkit = await session.ready(check.startsFrom, watch, timed);
    const guest: Guest = {
      spec: lease.spec,
      assurance: lease.assurance,
      isolation: lease.isolation,
      toolkit,
      archive: session.archive,
      installDirectory: session.installDirectory,
      scratch: session.nextScratch(),
      bundle: parts.bundle.manifest,
    };
    const facts: unknown = await check.probe(guest, evidence, timed);
    timed.signal.throwIfAborted();
    const kept = await evidence.add(`Facts of ${check.title}`, 'application/json', `${JSON.stringify(facts, undefined, 2)}\n`);
    const judged = judgeFacts(check, facts, parts.plan.policy, lease.assurance);
    return { ...judged, facts: kept };
  } catch (error) {
    session.spoil();
    // The run itself was stopped: the cell has no answer, and must not look as if it had one.
    if (call.signal.aborted) throw call.signal.reason;
    return inconclusive(toErrorData(lost.signal.aborted ? lost.signal.reason : error));
  } finally {
    over = true;
  }
}

/** Waits until no other lab on the machine measures, and says for whom. */
async function turnOf(cell: PlannedCell, { alone, clock, emit }: VerifyParts, call: Call): Promise<AsyncDisposable> {
  const startedMs = clock.monotonicMs();
  let waited = false;
  const onWait = (holder: LaneHolder): void => {
    waited = true;
    emit({ type: 'cell-waiting', cell: cell.id, holder });
  };
  const turn = await alone(cell.id, onWait, call);
  if (waited) emit({ type: 'cell-waited', cell: cell.id, durationMs: clock.monotonicMs() - startedMs });
  return turn;
}

/** The format of a check's facts. */
export const factsFormat = (check: AnyCheck): Format => ({
  file: `facts/${check.id}.v1.json`,
  title: `Facts of ${check.id}`,
  schema: check.facts,
});

/** Validates facts against the check's schema and judges them. Facts that are not valid, and a judge that throws, are the lab's fault: inconclusive. */
export function judgeFacts(
  check: AnyCheck,
  facts: unknown,
  policy: VerifyParts['plan']['policy'],
  assurance: GuestLease['assurance'],
): { readonly outcome: Outcome; readonly highlights: readonly FactLine[] } {
  try {
    // Through JSON, so that what is judged now is exactly what `lab rejudge` will read back.
    const valid = validate(factsFormat(check), JSON.parse(JSON.stringify(facts)), `what ${check.id} found`);
    return { outcome: check.judge(valid, policy, assurance), highlights: check.highlights(valid) };
  } catch (error) {
    return inconclusive(toErrorData(error));
  }
}
