import type { JournalLine } from '../../core/event.ts';
import type { OutcomeKind } from '../wording/outcome-words.ts';

/** Something that took time. Milliseconds count from the first line of the journal. */
export interface Bar {
  readonly name: string;
  readonly kind: 'step' | 'acquire' | 'copy' | OutcomeKind | 'failure';
  readonly startMs: number;
  readonly endMs: number;
}

/** Things that happened to one stage or one guest. */
export interface Lane {
  readonly name: string;
  readonly bars: readonly Bar[];
}

/** What ran when, by stage and by guest, from the journal alone. What never ended, ends with the journal. Pure. */
export function timelineLanes(journal: readonly JournalLine[]): readonly Lane[] {
  const first = journal[0];
  const last = journal.at(-1);
  if (first === undefined || last === undefined) return [];
  const zeroMs = Date.parse(first.at);
  const stages = new Map<string, Bar[]>();
  const guests = new Map<string, Bar[]>();
  const open = new Map<string, { bars: Bar[]; name: string; kind: Bar['kind']; startMs: number }>();
  const begin = (key: string, lanes: Map<string, Bar[]>, lane: string, name: string, kind: Bar['kind'], startMs: number): void => {
    const bars = lanes.get(lane) ?? [];
    lanes.set(lane, bars);
    open.set(key, { bars, name, kind, startMs });
  };
  const finish = (key: string, endMs: number, kind?: Bar['kind']): void => {
    const begun = open.get(key);
    if (begun === undefined) return;
    open.delete(key);
    begun.bars.push({ name: begun.name, kind: kind ?? begun.kind, startMs: begun.startMs, endMs: Math.max(begun.startMs, endMs) });
  };
  for (const { at, event } of journal) {
    const nowMs = Date.parse(at) - zeroMs;
    switch (event.type) {
      case 'step-started':
        begin(`step ${event.step}`, stages, event.step, event.step, 'step', nowMs);
        break;
      case 'step-finished':
        finish(`step ${event.step}`, nowMs, event.error ? 'failure' : 'step');
        break;
      case 'guest-acquiring':
        begin(`guest ${event.guest}`, guests, event.guest, 'start', 'acquire', nowMs);
        break;
      case 'guest-ready':
        finish(`guest ${event.guest}`, nowMs);
        break;
      case 'guest-failed':
        finish(`guest ${event.guest}`, nowMs, 'failure');
        break;
      case 'bundle-copied':
        // The journal tells of a copy when it is over, with its length.
        begin(`copy ${event.guest}`, guests, event.guest, 'copy', 'copy', Math.max(0, nowMs - event.durationMs));
        finish(`copy ${event.guest}`, nowMs);
        break;
      case 'cell-started': {
        const split = event.cell.lastIndexOf('@');
        begin(`cell ${event.cell}`, guests, event.cell.slice(split + 1), event.cell.slice(0, split), 'missing', nowMs);
        break;
      }
      case 'cell-finished':
        finish(`cell ${event.cell}`, nowMs, event.outcome.kind);
        break;
      case 'run-started':
      case 'plan-written':
      case 'step-progress':
      case 'bundle-made':
      case 'scan-finished':
      case 'guest-rewound':
      case 'box-examined':
      case 'cell-waiting':
      case 'cell-waited':
      case 'guest-released':
      case 'retried':
      case 'warning':
      case 'reporter-failed':
      case 'interrupted':
      case 'run-failed':
      case 'run-finished':
        break;
    }
  }
  const endMs = Date.parse(last.at) - zeroMs;
  for (const key of open.keys()) finish(key, endMs);
  // Stages first, then guests; each in the order in which they began.
  return [...stages, ...guests].map(([name, bars]) => ({ name, bars }));
}
