import type { LabEvent, LaneHolder, StepName } from '../../core/event.ts';

/** What one step or guest is doing right now, and since when on the monotonic clock. */
export interface Activity {
  readonly doing: string;
  readonly sinceMs: number;
}

/** What is going on in a run, as far as its events tell. */
export interface Running {
  readonly steps: ReadonlyMap<StepName, Activity>;
  /** Every planned guest that has not been released. */
  readonly guests: ReadonlyMap<string, Activity>;
  readonly cellsPlanned: number;
  readonly cellsFinished: number;
  readonly stoppedBy: string | undefined;
  readonly hasBundle: boolean;
}

export const nothingRunning: Running = {
  steps: new Map(),
  guests: new Map(),
  cellsPlanned: 0,
  cellsFinished: 0,
  stoppedBy: undefined,
  hasBundle: false,
};

const STARTING = 'starting';
const WAITING_FOR_BUNDLE = 'ready, waiting for the bundle';
const COPYING = 'copying the bundle';
const BETWEEN_CHECKS = 'waiting for the next check';
/** What a guest does that has been asked nothing yet. */
const beforeChecks: ReadonlySet<string> = new Set([STARTING, WAITING_FOR_BUNDLE, COPYING]);

/** The check and the guest of a cell id. */
export function partsOfCell(cell: string): { readonly check: string; readonly guest: string } {
  const at = cell.lastIndexOf('@');
  return { check: cell.slice(0, at), guest: cell.slice(at + 1) };
}

/** What is going on after `event`. Pure. */
export function advance(running: Running, event: LabEvent, nowMs: number): Running {
  const guest = (name: string, doing: string): Running => ({
    ...running,
    guests: new Map(running.guests).set(name, { doing, sinceMs: nowMs }),
  });
  switch (event.type) {
    case 'plan-written':
      return {
        ...running,
        cellsPlanned: event.cells.length,
        guests: new Map(event.guests.map((spec) => [spec.name, { doing: 'waiting', sinceMs: nowMs }])),
      };
    case 'step-started':
      return { ...running, steps: new Map(running.steps).set(event.step, { doing: '', sinceMs: nowMs }) };
    case 'step-progress': {
      const sinceMs = running.steps.get(event.step)?.sinceMs ?? nowMs;
      return { ...running, steps: new Map(running.steps).set(event.step, { doing: progressText(event), sinceMs }) };
    }
    case 'step-finished':
      return { ...running, steps: new Map([...running.steps].filter(([step]) => step !== event.step)) };
    case 'bundle-made': {
      const copying = [...running.guests].map(([name, activity]): [string, Activity] =>
        activity.doing === WAITING_FOR_BUNDLE ? [name, { doing: COPYING, sinceMs: nowMs }] : [name, activity],
      );
      return { ...running, hasBundle: true, guests: new Map(copying) };
    }
    case 'guest-acquiring':
      return guest(event.guest, STARTING);
    case 'guest-ready':
      return guest(event.guest, running.hasBundle ? COPYING : WAITING_FOR_BUNDLE);
    case 'bundle-copied':
    case 'guest-rewound':
      // Mostly part of a check that has begun, which goes on.
      return beforeChecks.has(running.guests.get(event.guest)?.doing ?? '') ? guest(event.guest, BETWEEN_CHECKS) : running;
    case 'box-examined':
      return running;
    case 'guest-failed':
      return guest(event.guest, 'failed');
    case 'guest-released':
      return { ...running, guests: new Map([...running.guests].filter(([name]) => name !== event.guest)) };
    case 'cell-started':
    case 'cell-waited': {
      const { check, guest: name } = partsOfCell(event.cell);
      return guest(name, check);
    }
    case 'cell-waiting': {
      const { check, guest: name } = partsOfCell(event.cell);
      return guest(name, waitingFor(check, event.holder));
    }
    case 'cell-finished': {
      const { check, guest: name } = partsOfCell(event.cell);
      const idle = isDoing(running.guests.get(name)?.doing ?? '', check) ? guest(name, BETWEEN_CHECKS) : running;
      return { ...idle, cellsFinished: running.cellsFinished + 1 };
    }
    case 'interrupted':
      return { ...running, stoppedBy: event.signal };
    case 'run-finished':
      return { ...running, steps: new Map(), guests: new Map() };
    case 'run-started':
    case 'scan-finished':
    case 'retried':
    case 'warning':
    case 'reporter-failed':
    case 'run-failed':
      return running;
  }
}

/** Whether a guest is asked a check, or its turn has not come when the check ends. */
const isDoing = (doing: string, check: string): boolean => doing === check || doing.startsWith(`${check}, waiting `);

/** A check that waits until another lab on the machine has measured. */
export const waitingFor = (check: string, { pid, purpose }: LaneHolder): string =>
  `${check}, waiting until ${purpose} of another lab (process ${pid}) is over`;

function progressText({ what, done, total, unit }: Extract<LabEvent, { type: 'step-progress' }>): string {
  if (done === undefined || total === undefined || total <= 0) return what;
  const amount = unit === 'bytes' ? `${Math.min(100, Math.floor((done / total) * 100))} %` : `${done} of ${total}${unit ? ` ${unit}` : ''}`;
  return `${what}, ${amount}`;
}
