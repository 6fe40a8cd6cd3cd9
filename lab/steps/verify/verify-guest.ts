import type { Call } from '../../core/call.ts';
import type { AnyCheck, Guest } from '../../core/check.ts';
import { type ErrorData, LabError, toErrorData } from '../../core/error.ts';
import type { LaneHolder } from '../../core/event.ts';
import type { FactLine } from '../../core/fact-line.ts';
import type { Format } from '../../core/formats.ts';
import type { GuestLease } from '../../core/guest.ts';
import type { GuestName, Sha256 } from '../../core/ids.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { PlannedCell } from '../../core/plan.ts';
import { validate } from '../../core/validate.ts';
import { callWithin } from '../../engine/deadline.ts';
import { type CellEvidence, cellEvidence } from './evidence-store.ts';
import { GuestSession } from './guest-session.ts';
import type { VerifyParts } from './verify-parts.ts';

/** Answers the cells of one guest, one after the other. Every cell gets exactly one `cell-finished`; nothing is thrown but an abort of the call. */
export async function verifyGuest(lease: GuestLease, cells: readonly PlannedCell[], parts: VerifyParts, call: Call): Promise<void> {
  using more = parts.lanes.expectMore();
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
      await answerCell({ cell, check, session, parts, call }, more);
    }
  }
}

/** Ends cells that nobody could ask, for one and the same reason. */
export function finishUnasked(cell: PlannedCell, outcome: Outcome, parts: Pick<VerifyParts, 'emit'>): void {
  parts.emit({ type: 'cell-finished', cell: cell.id, outcome, highlights: [], evidence: [], durationMs: 0, alongside: [] });
}

/** One cell, and all that it takes to answer it. */
interface Asking {
  readonly cell: PlannedCell;
  readonly check: AnyCheck;
  readonly session: GuestSession;
  readonly parts: VerifyParts;
  readonly call: Call;
}

/** What runs alone on the host is prepared before its turn, beside what other guests are asked. `more` is disposed of when the cell waits for the host. */
async function answerCell(asking: Asking, more: Disposable): Promise<void> {
  const { cell, parts, call } = asking;
  using watch = new GuestWatch(call);
  switch (cell.lane) {
    case 'guest':
      return await parts.lanes.run('guest', cell.id, (alongside) => tell(asking, watch, () => getReady(asking, watch), alongside), call);
    case 'host': {
      const ready = await parts.lanes.run('guest', cell.id, () => getReady(asking, watch), call);
      more[Symbol.dispose]();
      return await parts.lanes.run('host', cell.id, (alongside) => tell(asking, watch, async () => ready, alongside), call);
    }
  }
}

interface Answer {
  readonly outcome: Outcome;
  readonly facts?: Sha256;
  readonly highlights: readonly FactLine[];
}

/** The guest as its check sees it, or the answer where it cannot be asked. */
type Ready = { readonly guest: Guest } | { readonly answer: Answer };

/** Asks the guest and journals the cell from its start to its end. */
async function tell(asking: Asking, watch: GuestWatch, ready: () => Promise<Ready>, alongside: ReadonlySet<string>): Promise<void> {
  const { cell, parts } = asking;
  const { clock, emit } = parts;
  emit({ type: 'cell-started', cell: cell.id });
  const startedMs = clock.monotonicMs();
  const evidence = cellEvidence(parts.runFolder, parts.masker);
  const came = await ready();
  const answer = 'guest' in came ? await ask(asking, came.guest, evidence, watch) : came.answer;
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

const inconclusive = (error: ErrorData): Answer => ({ outcome: { kind: 'inconclusive', error }, highlights: [] });

/** Turns the end of a guest into the end of what it is being asked: there is no point in waiting for time-outs. */
class GuestWatch implements Disposable {
  readonly #lost = new AbortController();
  readonly call: Call;
  #over = false;

  constructor({ signal, deadline }: Call) {
    this.call = { signal: AbortSignal.any([signal, this.#lost.signal]), deadline };
  }

  /** Why the guest is gone; absent while it is there. */
  get reason(): unknown {
    return this.#lost.signal.reason;
  }

  /** Told of the guest that will be asked; another one after a rewind. */
  follow(guest: GuestName, end: Promise<string>): void {
    void end.then((reason) => {
      if (!this.#over) this.#lost.abort(LabError.of('run.guest-lost', { guest, reason }));
    });
  }

  [Symbol.dispose](): void {
    this.#over = true;
  }
}

/** Brings the guest to where the check starts from, and makes what the check needs there. */
function getReady(asking: Asking, watch: GuestWatch): Promise<Ready> {
  const { cell, check, session, parts } = asking;
  const { lease, node, testService } = session;
  return atTheEdge<Ready>(
    asking,
    watch,
    async (timed) => {
      const toolkit = await session.ready(check.startsFrom, (end) => watch.follow(cell.guest, end), timed);
      const guest: Guest = {
        spec: lease.spec,
        assurance: lease.assurance,
        isolation: lease.isolation,
        toolkit,
        archive: session.archive,
        installDirectory: session.installDirectory,
        scratch: session.nextScratch(),
        bundle: parts.bundle.manifest,
        readFiles: (folder, reading) => session.readFiles(folder, reading),
        ...(node === undefined ? {} : { node }),
        ...(testService === undefined ? {} : { testService }),
      };
      await check.prepare?.(guest, timed);
      return { guest };
    },
    (answer) => ({ answer }),
  );
}

/** Has the check look, keeps what it found and judges it. */
function ask(asking: Asking, guest: Guest, evidence: CellEvidence, watch: GuestWatch): Promise<Answer> {
  const { cell, check, parts } = asking;
  return atTheEdge(
    asking,
    watch,
    async (timed) => {
      await using alone = cell.lane === 'host' ? await turnOf(cell, parts, timed) : undefined;
      void alone;
      const facts: unknown = await check.probe(guest, evidence, timed);
      timed.signal.throwIfAborted();
      const kept = await evidence.add(`Facts of ${check.title}`, 'application/json', `${JSON.stringify(facts, undefined, 2)}\n`);
      return { ...judgeFacts(check, facts, parts.plan.policy, guest.assurance), facts: kept };
    },
    (answer) => answer,
  );
}

/** The cell edge: whatever goes wrong in here is this cell's and no other's. Each half of a cell has the whole time limit. */
async function atTheEdge<T>(
  { cell, session, parts, call }: Asking,
  watch: GuestWatch,
  work: (timed: Call) => Promise<T>,
  failed: (answer: Answer) => T,
): Promise<T> {
  try {
    const seconds = parts.timeouts.checkSeconds + parts.timeouts.copySeconds;
    using timed = callWithin(seconds * 1000, cell.id, parts.clock, watch.call);
    return await work(timed);
  } catch (error) {
    session.spoil();
    // The run itself was stopped: the cell has no answer, and must not look as if it had one.
    if (call.signal.aborted) throw call.signal.reason;
    return failed(inconclusive(toErrorData(watch.reason ?? error)));
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
