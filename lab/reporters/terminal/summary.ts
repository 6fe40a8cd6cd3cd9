import { assuranceLabel } from '../../core/assurance.ts';
import type { RecordedCell, RunRecord } from '../../core/record.ts';
import { displayWidth, padColumns } from '../wording/display-width.ts';
import { outcomeWords, worstFirst } from '../wording/outcome-words.ts';
import { plainLine } from '../wording/plain-text.ts';
import { countText, durationText } from '../wording/quantity.ts';
import { reasonsOf } from '../wording/reasons.ts';
import { scanWords } from '../wording/scan-words.ts';
import { verdictMeaning, verdictWords } from '../wording/verdict-words.ts';
import { type Paint, outcomeStyle, verdictStyle } from './paint.ts';

export interface SummaryOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** Where the report will lie. */
  readonly reportPath: string | undefined;
  /** What to do after this run; a sentence or a command. */
  readonly nextStep: string | undefined;
}

const MOST_REASONS = 12;
const MOST_CELL_LINES = 40;
const MOST_FIGURES = 24;
const MOST_FIGURE = 140;
const MOST_TEXT = 200;

/** The end of a run for somebody at a terminal: the verdict, what was asked of whom, why, the figures, and where to go from here. */
export function summaryText(record: RunRecord, options: SummaryOptions): string {
  const blocks = [
    verdictBlock(record, options),
    cellBlock(record, options),
    scanBlock(record, options),
    reasonBlock(record, options),
    figureBlock(record, options),
    endBlock(options),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

function verdictBlock(record: RunRecord, { paint }: SummaryOptions): readonly string[] {
  const { headline, qualifier } = verdictWords(record.verdict, record.assurance);
  const style = verdictStyle(record.verdict, record.assurance === 'windows');
  const length = record.durationMs === undefined ? '' : ` · ${durationText(record.durationMs)}`;
  const { bundle } = record;
  const tested = bundle
    ? `${plainLine(bundle.product, MOST_TEXT)} ${plainLine(bundle.version, MOST_TEXT)} · commit ${plainLine(bundle.commit, 60)} · sha256 ${bundle.digest.slice(0, 16)}…`
    : 'No bundle was made';
  return [
    paint(style, qualifier === undefined ? headline : `${headline} ${qualifier}`),
    paint('dim', verdictMeaning(record)),
    `${tested}${paint('dim', length)}`,
  ];
}

/** One line for each scanner: what it said of the release. */
function scanBlock(record: RunRecord, { paint }: SummaryOptions): readonly string[] {
  const columns = Math.max(...record.scans.map(({ scanner }) => displayWidth(plainLine(scanner, 40))), 5) + 2;
  return record.scans.map((result) => {
    const { kind, text } = scanWords(result, record.suppressed);
    const said = result.outcome.kind === 'not-run' ? `${text}: ${result.outcome.reason}` : text;
    const shown = `${outcomeWords(kind).symbol} ${plainLine(said, MOST_FIGURE)}`;
    return `${padColumns(plainLine(result.scanner, 40), columns)}${paint(outcomeStyle[kind], shown)}`;
  });
}

/** Check × guest as a table where it fits; else one line for each cell that did not pass. */
function cellBlock(record: RunRecord, options: SummaryOptions): readonly string[] {
  const { paint } = options;
  const checks = [...new Set(record.cells.map((cell) => cell.check))];
  const guests = [...new Set(record.cells.map((cell) => cell.guest))];
  const nameColumns = Math.max(...checks.map((check) => displayWidth(plainLine(check, 40))), 5) + 2;
  const cellColumns = Math.max(22, ...guests.map((guest) => guest.length + 2));
  if (checks.length > MOST_CELL_LINES || nameColumns + guests.length * cellColumns > Math.max(options.columns, 60))
    return cellList(record, paint);
  const header = (guest: string): string => {
    const recorded = record.guests.find((candidate) => candidate.spec.name === guest);
    return recorded?.assurance ? assuranceLabel[recorded.assurance] : 'never came up';
  };
  return [
    padColumns('', nameColumns) +
      paint(
        'bold',
        guests
          .map((guest) => padColumns(guest, cellColumns))
          .join('')
          .trimEnd(),
      ),
    paint('dim', `${padColumns('', nameColumns)}${guests.map((guest) => padColumns(header(guest), cellColumns)).join('')}`.trimEnd()),
    ...checks.map((check) => {
      const row = guests.map((guest) => {
        const cell = record.cells.find((candidate) => candidate.check === check && candidate.guest === guest);
        return cell ? paintedOutcome(cell, paint, cellColumns) : padColumns('', cellColumns);
      });
      return `${padColumns(plainLine(check, 40), nameColumns)}${row.join('')}`.trimEnd();
    }),
  ];
}

function paintedOutcome(cell: RecordedCell, paint: Paint, columns: number): string {
  const { symbol, word } = outcomeWords(cell.outcome.kind);
  const length = cell.durationMs ? ` ${durationText(cell.durationMs)}` : '';
  const gap = ' '.repeat(Math.max(1, columns - displayWidth(`${symbol} ${word}${length}`)));
  return `${paint(outcomeStyle[cell.outcome.kind], `${symbol} ${word}`)}${paint('dim', length)}${gap}`;
}

function cellList(record: RunRecord, paint: Paint): readonly string[] {
  const told = worstFirst.filter((kind) => kind !== 'passed').flatMap((kind) => record.cells.filter((cell) => cell.outcome.kind === kind));
  const counts = worstFirst.flatMap((kind) => {
    const count = record.cells.filter((cell) => cell.outcome.kind === kind).length;
    return count === 0 ? [] : [paint(outcomeStyle[kind], `${count} ${outcomeWords(kind).word}`)];
  });
  const rest = told.length - MOST_CELL_LINES;
  return [
    `${countText(record.cells.length, 'cell')}: ${counts.join(', ')}`,
    ...told
      .slice(0, MOST_CELL_LINES)
      .map(
        (cell) =>
          `  ${paint(outcomeStyle[cell.outcome.kind], `${outcomeWords(cell.outcome.kind).symbol} ${plainLine(cell.id, 80)} ${outcomeWords(cell.outcome.kind).word}`)}`,
      ),
    ...(rest > 0 ? [paint('dim', `  and ${rest} more in the report`)] : []),
  ];
}

function reasonBlock(record: RunRecord, { paint }: SummaryOptions): readonly string[] {
  const reasons = reasonsOf(record);
  // What kept all guests from coming up stands among the reasons already.
  const told = new Set(record.reasons);
  const guestErrors = record.guests.flatMap((guest) =>
    guest.errors
      .filter((error) => !told.has(error.message))
      .map((error) => ({ text: `${guest.spec.name}: ${error.message}`, hint: error.hint })),
  );
  const all = [...reasons, ...guestErrors];
  if (all.length === 0) return [];
  const rest = all.length - MOST_REASONS;
  return [
    paint('bold', 'Why'),
    ...all
      .slice(0, MOST_REASONS)
      .flatMap((reason) => [
        `  • ${plainLine(reason.text, MOST_TEXT)}`,
        ...(reason.hint === undefined ? [] : [paint('dim', `    → ${plainLine(reason.hint, MOST_TEXT)}`)]),
      ]),
    ...(rest > 0 ? [paint('dim', `  and ${rest} more in the report`)] : []),
  ];
}

function figureBlock(record: RunRecord, { paint }: SummaryOptions): readonly string[] {
  const all = record.cells.flatMap((cell) => cell.highlights.slice(0, 3).map((fact) => ({ cell: cell.id, fact })));
  const figures = all.slice(0, MOST_FIGURES);
  const rest = all.length - figures.length;
  if (figures.length === 0) return [];
  const columns = Math.max(...figures.map(({ cell }) => displayWidth(plainLine(cell, 40)))) + 2;
  return [
    paint('bold', 'Figures'),
    ...figures.map(({ cell, fact }) => {
      const note = fact.note === undefined ? '' : paint('dim', ` (${plainLine(fact.note, MOST_FIGURE)})`);
      return `  ${padColumns(plainLine(cell, 40), columns)}${plainLine(fact.label, 40)}: ${plainLine(fact.value, MOST_FIGURE)}${note}`;
    }),
    ...(rest > 0 ? [paint('dim', `  and ${rest} more in the report`)] : []),
  ];
}

const endBlock = ({ reportPath, nextStep, paint }: SummaryOptions): readonly string[] => [
  ...(reportPath === undefined ? [] : [`${paint('bold', 'Report')}  ${reportPath}`]),
  ...(nextStep === undefined ? [] : [`${paint('bold', 'Next')}    ${nextStep}`]),
];
