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
  const lanes = new Map<string, Bar[]>();
  const open = new Map<string, { lane: string; name: string; kind: Bar['kind']; startMs: number }>();
  const begin = (key: string, lane: string, name: string, kind: Bar['kind'], startMs: number): void => {
    if (!lanes.has(lane)) lanes.set(lane, []);
    open.set(key, { lane, name, kind, startMs });
  };
  const finish = (key: string, endMs: number, kind?: Bar['kind']): void => {
    const begun = open.get(key);
    if (begun === undefined) return;
    open.delete(key);
    lanes.get(begun.lane)?.push({ name: begun.name, kind: kind ?? begun.kind, startMs: begun.startMs, endMs: Math.max(begun.startMs, endMs) });
  };
  for (const { at, event } of journal) {
    const nowMs = Date.parse(at) - zeroMs;
    switch (event.type) {
      case 'step-started':
        begin(`step ${event.step}`, event.step, event.step, 'step', nowMs);
        break;
      case 'step-finished':
        finish(`step ${event.step}`, nowMs, event.error ? 'failure' : 'step');
        break;
      case 'guest-acquiring':
        begin(`guest ${event.guest}`, event.guest, 'start', 'acquire', nowMs);
        break;
      case 'guest-ready':
        finish(`guest ${event.guest}`, nowMs);
        break;
      case 'guest-failed':
        finish(`guest ${event.guest}`, nowMs, 'failure');
        break;
      case 'bundle-copied':
        // The journal tells of a copy when it is over, with its length.
        begin(`copy ${event.guest}`, event.guest, 'copy', 'copy', Math.max(0, nowMs - event.durationMs));
        finish(`copy ${event.guest}`, nowMs);
        break;
      case 'cell-started': {
        const at = event.cell.lastIndexOf('@');
        begin(`cell ${event.cell}`, event.cell.slice(at + 1), event.cell.slice(0, at), 'missing', nowMs);
        break;
      }
      case 'cell-finished':
        finish(`cell ${event.cell}`, nowMs, event.outcome.kind);
        break;
      case 'run-started':
      case 'plan-written':
      case 'step-progress':
      case 'bundle-made':
      case 'guest-rewound':
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
  return [...lanes].map(([name, bars]) => ({ name, bars })).toSorted((a, b) => Number(isGuest(a)) - Number(isGuest(b)));
}

const isGuest = (lane: Lane): boolean => lane.bars.some((bar) => bar.kind !== 'step' && bar.name !== lane.name);
