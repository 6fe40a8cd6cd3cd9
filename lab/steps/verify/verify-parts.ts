import type { Release } from '../../core/bundle.ts';
import type { Call } from '../../core/call.ts';
import type { AnyCheck } from '../../core/check.ts';
import type { Clock } from '../../core/clock.ts';
import type { LabConfig } from '../../core/config.ts';
import type { LabEvent, LaneHolder } from '../../core/event.ts';
import type { ToolkitKind } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { Plan } from '../../core/plan.ts';
import type { ServiceProgram } from '../../core/stand-in.ts';
import type { Masker } from '../../core/secret.ts';
import type { Toolkit } from '../../core/toolkit.ts';
import type { Connection, Transport } from '../../core/transport.ts';
import type { Lanes } from '../../engine/lanes.ts';

/** What verifying a guest needs besides the guest: everything is handed in, nothing is looked up. */
export interface VerifyParts {
  readonly plan: Plan;
  readonly bundle: Release;
  /** Absent where the configuration names none. */
  readonly testService?: ServiceProgram;
  readonly checks: readonly AnyCheck[];
  readonly transport: Transport;
  readonly toolkitFor: (kind: ToolkitKind, connection: Connection) => Toolkit;
  readonly lanes: Lanes;
  /** Taken around `host` lane work, so that two labs on one machine do not measure each other. `onWait` is told who does. */
  readonly alone: (purpose: string, onWait: (holder: LaneHolder) => void, call: Call) => Promise<AsyncDisposable>;
  readonly timeouts: LabConfig['timeouts'];
  readonly clock: Clock;
  readonly masker: Masker;
  readonly runFolder: LocalPath;
  readonly emit: (event: LabEvent) => void;
}
