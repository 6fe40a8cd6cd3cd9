import { assuranceLabel } from '../../core/assurance.ts';
import { boxProblems } from '../../core/box-examination.ts';
import type { ErrorData } from '../../core/error.ts';
import type { LabEvent } from '../../core/event.ts';
import { asOf, scanInWords } from '../../core/scan.ts';
import { padColumns } from '../wording/display-width.ts';
import { outcomeWords } from '../wording/outcome-words.ts';
import { plainLine } from '../wording/plain-text.ts';
import { countText, durationText, sizeText } from '../wording/quantity.ts';
import { type Paint, outcomeStyle } from './paint.ts';
import { partsOfCell, waitingFor } from './running.ts';

/** A complete line about something that happened. */
export interface Happening {
  readonly text: string;
  /** Says that something began: a live region shows that better, so such lines are for plain output alone. */
  readonly begins: boolean;
}

/** Longest text of a guest on one line of a terminal. */
const MOST_TEXT = 400;
/** Room for the names of steps and of most guests. */
export const NAME_COLUMNS = 14;

/** The lines that tell `event`, each beginning with the guest or the step it is about. Progress of steps is left to the caller. */
export function happenings(event: LabEvent, paint: Paint): readonly Happening[] {
  const line = (who: string, text: string, begins = false): Happening => ({
    text: `${paint('bold', padColumns(plainLine(who, MOST_TEXT), NAME_COLUMNS))} ${text}`.trimEnd(),
    begins,
  });
  const clean = (text: string): string => plainLine(text, MOST_TEXT);
  const dim = (text: string): string => paint('dim', text);
  const errorLines = (who: string, error: ErrorData, style: 'red' | 'yellow'): readonly Happening[] => [
    line(who, paint(style, `${clean(error.message)}${error.where ? ` · ${clean(error.where)}` : ''} [${clean(error.code)}]`)),
    ...(error.cause && error.code !== 'lab.bug' ? [line(who, dim(`  because ${clean(error.cause)}`))] : []),
    line(who, dim(`  → ${clean(error.hint)}`)),
  ];
  switch (event.type) {
    case 'run-started': {
      const { host } = event;
      return [
        line(
          'run',
          `${event.runId} ${dim(`· lab ${clean(event.labVersion)} · ${clean(host.os)} · ${countText(host.logicalProcessors, 'processor')}, ${sizeText(host.memoryBytes)}`)}`,
        ),
      ];
    }
    case 'plan-written':
      return [
        line(
          'plan',
          `${countText(event.cells.length, 'cell')} on ${countText(event.guests.length, 'guest')}: ${event.guests.map((guest) => clean(guest.name)).join(', ')}`,
        ),
      ];
    case 'step-started':
      return [line(event.step, 'started', true)];
    case 'step-progress':
      return [];
    case 'step-finished':
      if (event.error?.kind === 'interrupted')
        return [line(event.step, paint('yellow', `stopped after ${durationText(event.durationMs)}`))];
      if (event.error)
        return [
          line(event.step, paint(['bold', 'red'], `✘ failed after ${durationText(event.durationMs)}`)),
          ...errorLines(event.step, event.error, 'red'),
        ];
      return [
        line(
          event.step,
          `${paint('green', '✔')} done in ${durationText(event.durationMs)} ${dim(event.lines.map((fact) => `· ${clean(fact.label)}: ${clean(fact.value)}`).join(' '))}`,
        ),
      ];
    case 'bundle-made':
      return [
        line(
          'bundle',
          `${clean(event.product)} ${clean(event.version)} · ${countText(event.files, 'file')}, ${sizeText(event.archive.sizeBytes)} · sha256 ${event.digest.slice(0, 16)}… ${dim(`· commit ${clean(event.commit)}`)}`,
        ),
      ];
    case 'scan-finished': {
      const { scanner, outcome } = event.result;
      // Whether somebody answers for a finding is known when the record is made.
      const [symbol, style] =
        outcome.kind === 'clean' ? ['✔', 'green' as const] : outcome.kind === 'not-run' ? ['?', 'yellow' as const] : ['•', 'cyan' as const];
      return [
        line('scan', `${paint(style, symbol)} ${clean(scanner)}: ${clean(scanInWords(outcome) + asOf(event.result))}`),
        ...(outcome.kind === 'not-run' ? [line('scan', dim(`  → ${clean(outcome.fix)}`))] : []),
      ];
    }
    case 'guest-acquiring':
      return [line(event.guest, 'starting', true)];
    case 'guest-ready': {
      const isolation = event.isolation === 'none' ? ` · ${paint(['bold', 'yellow'], 'NOT ISOLATED')}` : '';
      return [
        line(
          event.guest,
          `ready in ${durationText(event.durationMs)} · ${clean(event.productName)} ${clean(event.osVersion)} · ${clean(event.platform)} · ${assuranceLabel[event.assurance]}${isolation}`,
        ),
      ];
    }
    case 'box-examined': {
      const problems = boxProblems(event.examination);
      const known = countText(event.examination.verdicts.filter(({ state }) => state === 'right').length, 'fact');
      const repaired = event.examination.repairs.map(({ fact, before, done, problem }) =>
        line(
          event.guest,
          paint(
            'yellow',
            clean(done ? `put right: ${fact}, which was ${before}` : `could not put right ${fact}: ${problem ?? 'it did not say why'}`),
          ),
        ),
      );
      return [
        ...repaired,
        line(event.guest, `says what it is: ${known} as they should be ${dim(`· ${durationText(event.durationMs)}`)}`),
        ...problems.map((problem) => line(event.guest, paint('yellow', `! ${clean(problem)}`))),
      ];
    }
    case 'guest-rewound':
      return [line(event.guest, `rewound to its pristine state in ${durationText(event.durationMs)}`)];
    case 'guest-failed':
      return errorLines(event.guest, event.error, 'red');
    case 'guest-released':
      return [line(event.guest, event.kept ? paint('yellow', 'kept running') : dim(`gone in ${durationText(event.durationMs)}`))];
    case 'bundle-copied':
      return [
        line(
          event.guest,
          `bundle copied, ${sizeText(event.sizeBytes)} in ${durationText(event.durationMs)} ${dim(`· ${clean(event.way)}`)}`,
        ),
      ];
    case 'retried':
      return [line('retry', paint('yellow', `${clean(event.what)}, attempt ${event.attempt}: ${clean(event.error.message)}`))];
    case 'cell-started': {
      const { check, guest } = partsOfCell(event.cell);
      return [line(guest, `${clean(check)} started`, true)];
    }
    case 'cell-waiting': {
      const { check, guest } = partsOfCell(event.cell);
      return [line(guest, paint('yellow', clean(waitingFor(check, event.holder))))];
    }
    case 'cell-waited': {
      const { check, guest } = partsOfCell(event.cell);
      return [line(guest, `${clean(check)} goes on after ${durationText(event.durationMs)}`, true)];
    }
    case 'cell-finished': {
      const { check, guest } = partsOfCell(event.cell);
      const { symbol, word } = outcomeWords(event.outcome.kind);
      const length = event.durationMs > 0 ? ` in ${durationText(event.durationMs)}` : '';
      const first = line(guest, `${paint(outcomeStyle[event.outcome.kind], `${symbol} ${clean(check)} ${word}`)}${length}`);
      return [first, ...(detailLines(event) satisfies readonly string[]).map((text) => line(guest, text))];
    }
    case 'warning':
      return [
        line(
          event.guest ?? 'run',
          `${paint(['bold', 'black', 'bgYellow'], ' WARNING ')} ${paint(['bold', 'yellow'], clean(event.message))} ${dim(`[${clean(event.code)}]`)}`,
        ),
      ];
    case 'reporter-failed':
      return [line(event.reporter, paint(['bold', 'red'], 'this report failed')), ...errorLines(event.reporter, event.error, 'red')];
    case 'interrupted':
      return [line('run', paint(['bold', 'yellow'], `stopped by ${clean(event.signal)}, cleaning up`))];
    case 'run-failed':
      return errorLines('run', event.error, 'red');
    case 'run-finished':
      return [line('run', `over after ${durationText(event.durationMs)}`)];
  }

  function detailLines(finished: Extract<LabEvent, { type: 'cell-finished' }>): readonly string[] {
    const ended = finished.outcome;
    switch (ended.kind) {
      case 'passed':
        return [];
      case 'failed':
        return ended.findings.flatMap((found) => [
          `  ${paint(found.severity === 'error' ? 'red' : 'yellow', `${found.severity}: ${clean(found.message)}`)}`,
          dim(`    → ${clean(found.fix)}`),
        ]);
      case 'skipped':
        return [dim(`  ${clean(ended.reason.text)}`)];
      case 'inconclusive':
        return [`  ${paint('yellow', clean(ended.error.message))}`, dim(`    → ${clean(ended.error.hint)}`)];
    }
  }
}
