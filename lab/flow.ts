import path from 'node:path';
import type { Release } from './core/bundle.ts';
import type { Call } from './core/call.ts';
import type { LabConfig } from './core/config.ts';
import { type ErrorData, LabError, toErrorData } from './core/error.ts';
import type { GuestLease } from './core/guest.ts';
import type { GuestName, LocalPath, RunId } from './core/ids.ts';
import type { Plan } from './core/plan.ts';
import type { ServiceProgram } from './core/stand-in.ts';
import { callUntil, callWithin } from './engine/deadline.ts';
import { type Journal, openJournal } from './engine/journal.ts';
import { type Lanes, createLanes } from './engine/lanes.ts';
import { fanOut } from './engine/reporting.ts';
import { runStep } from './engine/run-step.ts';
import { Scope } from './engine/scope.ts';
import type { FlowParts, PreparedRelease } from './flow-parts.ts';
import { type FinishedFolder, finishRun } from './steps/report/finish-run.ts';
import { acquireGuest, releaseGuest } from './steps/verify/acquire-guest.ts';
import { finishUnasked, verifyGuest } from './steps/verify/verify-guest.ts';

/** One run of the lab: what is asked for. */
export interface RunRequest {
  readonly runId: RunId;
  readonly runFolder: LocalPath;
  readonly labVersion: string;
  /** The command line as it was given, for the journal. */
  readonly command: string;
  readonly config: LabConfig;
  readonly plan: Plan;
}

/** The guests of a run by name: each came up, or says why not. */
type Guests = Map<GuestName, GuestLease | ErrorData>;

/**
 * The run: prepare the release and the guests at the same time, ask every guest every question, clean up, fold, report, seal.
 *
 * Ends with a record whatever happened in between, an interruption included. Throws only when the run folder itself cannot be written.
 */
export async function runLab(request: RunRequest, parts: FlowParts, call: Call): Promise<FinishedFolder> {
  const { clock, masker } = parts;
  const { plan, config, runFolder } = request;
  const cleanUpMs = config.timeouts.cleanUpSeconds * 1000;
  const stop = new AbortController();
  const running: Call = { signal: AbortSignal.any([call.signal, stop.signal]), deadline: call.deadline };

  await using file = await parts.openJournalFile(path.join(runFolder, 'events.ndjson'));
  const journal: Journal = openJournal({
    sink: file,
    clock,
    masker,
    hash: parts.hash,
    onLine: fanOut(parts.reporters, (reporter, error) => journal.emit({ type: 'reporter-failed', reporter, error })),
    // A run that cannot be written down is worth nothing: stop it.
    onFailure: (error) => stop.abort(error),
  });
  const startedMs = clock.monotonicMs();
  journal.emit({ type: 'run-started', runId: request.runId, labVersion: request.labVersion, command: request.command, host: parts.host });
  const planText = `${JSON.stringify(plan, undefined, 2)}\n`;
  await parts.writeFile(path.join(runFolder, 'plan.json'), planText);
  journal.emit({ type: 'plan-written', sha256: parts.hash(planText), guests: [...plan.guests], cells: plan.cells.map((cell) => cell.id) });
  await journal.flush();

  const keptLeases = new Set<GuestLease>();
  await using kept = new Scope(clock, cleanUpMs, () => {});
  {
    await using cleanUp = new Scope(clock, cleanUpMs, (what, error) =>
      journal.emit({ type: 'warning', code: 'clean-up-failed', message: `${what}: ${toErrorData(error).message}` }),
    );
    try {
      // One more than there are guests: the scans of the release take a place beside them, and measurements wait for both.
      const lanes = createLanes(plan.guests.length + 1);
      const { guests, prepared } = await prepare(request, parts, journal, { cleanUp, keptLeases }, running);
      const bundle = 'release' in prepared ? prepared.release : prepared;
      const testService = 'release' in prepared ? await prepared.testService(running) : undefined;
      const scanning = 'release' in prepared ? scan(request, parts, journal, prepared, lanes, running) : Promise.resolve();
      scanning.catch(() => {});
      await verify(request, parts, journal, { guests, bundle, testService }, lanes, running);
      await scanning;
    } catch (error) {
      noteEnd(journal, call, stop.signal, error);
    }
    if (call.signal.aborted || !keeps(request, journal)) keptLeases.clear();
    for (const lease of keptLeases) {
      journal.emit({ type: 'guest-released', guest: lease.spec.name, kept: true, durationMs: 0 });
      kept.defer(`release ${lease.spec.name}`, () => Promise.resolve(lease[Symbol.asyncDispose]()));
    }
  }
  journal.emit({ type: 'run-finished', durationMs: clock.monotonicMs() - startedMs });
  await journal.flush();

  // The report is written on every way out, so it does not depend on the call, which may be over.
  using finishing = callWithin(cleanUpMs, 'writing the report', clock, callUntil(new AbortController().signal));
  const seal = (sealing: Call): Promise<void> => parts.seal(runFolder, sealing);
  const finished = await finishRun({ runFolder, plan, journal: journal.lines(), reporters: parts.reporters, masker, seal }, finishing);
  if (keptLeases.size > 0) await parts.holdGuests([...keptLeases], call);
  return finished;
}

/** What has to be undone, and which guests are not to be. */
interface Undo {
  readonly cleanUp: Scope;
  /** Every guest that came up; the flow takes those out that are not kept. */
  readonly keptLeases: Set<GuestLease>;
}

/** Release and guests side by side. Neither failing keeps the other from finishing: what can be learnt is learnt. */
async function prepare(
  request: RunRequest,
  parts: FlowParts,
  journal: Journal,
  undo: Undo,
  call: Call,
): Promise<{ readonly guests: Guests; readonly prepared: PreparedRelease | ErrorData }> {
  const [guests, prepared] = await Promise.all([
    acquireGuests(request, parts, journal, undo, call),
    makeRelease(request, parts, journal, undo, call),
  ]);
  call.signal.throwIfAborted();
  return { guests, prepared };
}

async function makeRelease(
  request: RunRequest,
  parts: FlowParts,
  journal: Journal,
  undo: Undo,
  call: Call,
): Promise<PreparedRelease | ErrorData> {
  const { clock } = parts;
  const limitMs = request.config.timeouts.buildSeconds * 1000;
  try {
    const prepared = await parts.prepareRelease(
      request.runFolder,
      (step, work, describe) => runStep(step, limitMs, { clock, emit: journal.emit, ...(describe ? { describe } : {}) }, work, call),
      call,
    );
    undo.cleanUp.defer('what the release was made with', () => Promise.resolve(prepared[Symbol.asyncDispose]()));
    const { manifest, archive } = prepared.release;
    const { product, commit, digest, files } = manifest;
    const { fileName, sha256, sizeBytes } = archive;
    journal.emit({
      type: 'bundle-made',
      product: product.name,
      version: product.version,
      commit,
      digest,
      archive: { fileName, sha256, sizeBytes },
      files: files.length,
    });
    return prepared;
  } catch (error) {
    return toErrorData(error);
  }
}

/** Asks the scanners while the guests are busy with the same release. What they say is judged when the record is made. */
async function scan(
  request: RunRequest,
  parts: FlowParts,
  journal: Journal,
  prepared: PreparedRelease,
  lanes: Lanes,
  call: Call,
): Promise<void> {
  const limitMs = request.config.timeouts.scanSeconds * 1000;
  const work = (): Promise<void> =>
    runStep(
      'scan',
      limitMs,
      { clock: parts.clock, emit: journal.emit },
      (timed, progress) => prepared.scan((result) => journal.emit({ type: 'scan-finished', result }), timed, progress),
      call,
    );
  await lanes.run('guest', 'scan', work, call);
}

async function acquireGuests(request: RunRequest, parts: FlowParts, journal: Journal, undo: Undo, call: Call): Promise<Guests> {
  const { clock, transport, toolkitFor } = parts;
  const { plan, config, runId } = request;
  const { emit } = journal;
  const guests: Guests = new Map();
  const fail = (name: GuestName, error: ErrorData): void => {
    guests.set(name, error);
    emit({ type: 'guest-failed', guest: name, error });
  };
  try {
    await runStep(
      'prepare-guests',
      config.timeouts.prepareSeconds * 1000,
      { clock, emit },
      async (timed, progress) => {
        for (const provider of new Set(plan.guests.map(parts.providerOf))) {
          const specs = plan.guests.filter((spec) => parts.providerOf(spec) === provider);
          await provider.prepare(
            specs,
            ({ what, done, total, unit }) =>
              progress(what, done !== undefined && total !== undefined && unit ? { done, total, unit } : undefined),
            timed,
          );
        }
      },
      call,
    );
  } catch (error) {
    for (const spec of plan.guests) fail(spec.name, toErrorData(error));
    return guests;
  }
  await Promise.all(
    plan.guests.map(async (spec) => {
      const provider = parts.providerOf(spec);
      const came: { lease?: GuestLease } = {};
      undo.cleanUp.defer(`release ${spec.name}`, async () => {
        if (came.lease && !undo.keptLeases.has(came.lease)) await releaseGuest(came.lease, provider, { clock, emit });
      });
      const onAcquired = (lease: GuestLease): void => {
        came.lease = lease;
        undo.keptLeases.add(lease);
      };
      try {
        const limitMs = (spec.acquireSeconds ?? config.timeouts.acquireSeconds) * 1000;
        guests.set(
          spec.name,
          await acquireGuest(spec, provider, { id: runId }, { clock, emit, transport, toolkitFor, limitMs, onAcquired }, call),
        );
      } catch (error) {
        fail(spec.name, toErrorData(error));
      }
    }),
  );
  return guests;
}

/** What is verified, where, and with what beside it. */
interface Verified {
  readonly guests: Guests;
  readonly bundle: Release | ErrorData;
  readonly testService: ServiceProgram | undefined;
}

/** Every guest that is there answers its cells, all guests at once; the cells of the others end as inconclusive, with the reason. */
async function verify(
  request: RunRequest,
  parts: FlowParts,
  journal: Journal,
  { guests, bundle, testService }: Verified,
  lanes: Lanes,
  call: Call,
): Promise<void> {
  const { plan, config, runFolder } = request;
  const { emit } = journal;
  const { checks, transport, toolkitFor, alone, clock, masker } = parts;
  const ends = await Promise.allSettled(
    plan.guests.map(async (spec) => {
      const cells = plan.cells.filter((cell) => cell.guest === spec.name);
      const guest = guests.get(spec.name);
      const giveUp = (error: ErrorData): void => {
        for (const cell of cells) finishUnasked(cell, { kind: 'inconclusive', error }, { emit });
      };
      if ('code' in bundle) return giveUp(LabError.of('run.no-bundle', { reason: bundle.message }).toData());
      if (guest === undefined || 'code' in guest)
        return giveUp(guest ?? LabError.of('run.guest-unavailable', { guest: spec.name }).toData());
      await verifyGuest(
        guest,
        cells,
        {
          plan,
          bundle,
          ...(testService === undefined ? {} : { testService }),
          checks,
          transport,
          toolkitFor,
          lanes,
          alone,
          timeouts: config.timeouts,
          clock,
          masker,
          runFolder,
          emit,
        },
        call,
      );
    }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Journals how a run ended that did not end by itself. */
function noteEnd(journal: Journal, call: Call, stopped: AbortSignal, error: unknown): void {
  if (call.signal.aborted) {
    const reason: unknown = call.signal.reason;
    const signal = reason instanceof LabError ? reason.values['signal'] : undefined;
    journal.emit({
      type: 'interrupted',
      signal: typeof signal === 'string' ? signal : reason instanceof Error ? reason.message : String(reason),
    });
  } else if (!stopped.aborted) {
    journal.emit({ type: 'run-failed', error: toErrorData(error) });
  }
}

/** Whether guests outlive the run: `on-failure` asks whether any cell is anything but passed or skipped. */
function keeps(request: RunRequest, journal: Journal): boolean {
  switch (request.config.keep) {
    case 'never':
      return false;
    case 'always':
      return true;
    case 'on-failure':
      return journal
        .lines()
        .some(({ event }) => event.type === 'cell-finished' && event.outcome.kind !== 'passed' && event.outcome.kind !== 'skipped');
  }
}
