import type { Release } from './core/bundle.ts';
import type { Call } from './core/call.ts';
import type { AnyCheck } from './core/check.ts';
import type { Clock } from './core/clock.ts';
import type { HostFacts, LaneHolder } from './core/event.ts';
import type { FactLine } from './core/fact-line.ts';
import type { GuestLease, GuestSpec, Provider, ToolkitKind } from './core/guest.ts';
import type { LocalPath, Sha256 } from './core/ids.ts';
import type { Reporter } from './core/reporter.ts';
import type { ScanResult } from './core/scan.ts';
import type { Masker } from './core/secret.ts';
import type { ServiceProgram } from './core/stand-in.ts';
import type { Toolkit } from './core/toolkit.ts';
import type { Connection, Transport } from './core/transport.ts';
import type { JournalSink } from './engine/journal.ts';
import type { Progress, Warn } from './engine/run-step.ts';

/** Runs one named stage of the release, with the journal and the stage's time limit around it. */
export type RunReleaseStep = <T>(
  step: 'build' | 'sign' | 'bundle',
  work: (call: Call, progress: Progress, warn: Warn) => Promise<T>,
  describe?: (result: T) => readonly FactLine[],
) => Promise<T>;

/** A release that guests can have, and that scanners can look at as long as it is not disposed of. */
export interface PreparedRelease extends AsyncDisposable {
  readonly release: Release;
  /** Asks every scanner; `onResult` gets each answer as it comes. */
  readonly scan: (onResult: (result: ScanResult) => void, call: Call, progress: Progress) => Promise<void>;
  /** Makes the stand-in for what the program talks to; nothing where the configuration names none. It is there as long as the release is. */
  readonly testService: (call: Call) => Promise<ServiceProgram | undefined>;
}

/** Everything a run works with. `cli/wiring.ts` is the only place that picks implementations. */
export interface FlowParts {
  readonly clock: Clock;
  readonly masker: Masker;
  readonly host: HostFacts;
  readonly hash: (text: string) => Sha256;
  readonly openJournalFile: (file: string) => Promise<JournalSink & AsyncDisposable>;
  readonly writeFile: (file: string, content: string) => Promise<void>;
  /** The same object for the same provider. */
  readonly providerOf: (spec: GuestSpec) => Provider;
  readonly transport: Transport;
  readonly toolkitFor: (kind: ToolkitKind, connection: Connection) => Toolkit;
  readonly checks: readonly AnyCheck[];
  /** Keeps other labs on this machine from measuring at the same time. `onWait` is told who does, as long as somebody does. */
  readonly alone: (purpose: string, onWait: (holder: LaneHolder) => void, call: Call) => Promise<AsyncDisposable>;
  readonly reporters: readonly Reporter[];
  /** Source to verified bundle. The zip ends up in the run folder, so that what was verified is sealed with the rest. */
  readonly prepareRelease: (runFolder: LocalPath, runStep: RunReleaseStep, call: Call) => Promise<PreparedRelease>;
  /** Signs what the run folder holds. */
  readonly seal: (runFolder: LocalPath, call: Call) => Promise<void>;
  /** Tells how to reach guests that outlive the run, and waits until they are no longer wanted. */
  readonly holdGuests: (leases: readonly GuestLease[], call: Call) => Promise<void>;
}
