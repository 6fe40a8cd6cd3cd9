import { h } from 'preact';
import type { RunRecord } from '../../core/record.ts';
import type { ScanFinding, ScanResult } from '../../core/scan.ts';
import { countText, durationText, sizeText } from '../wording/quantity.ts';
import { scanWords } from '../wording/scan-words.ts';
import { type Html, definitions, factTable, outcomePill, said, saidAtLength, section } from './shown.ts';

/** Findings of one scanner beyond this stand in the record only. */
const MOST_FINDINGS = 100;
/** The same of what it measured. */
const MOST_MEASURED = 60;

/** What scanners said of the release, those that did not run included; absent when none was planned. */
export function scanCards(record: Pick<RunRecord, 'scans' | 'suppressed'>): Html | undefined {
  if (record.scans.length === 0) return undefined;
  return section(
    'scans',
    'Scans of the release',
    h(
      'div',
      { class: 'cards' },
      record.scans.map((result) => scanCard(result, record)),
    ),
  );
}

function scanCard(result: ScanResult, record: Pick<RunRecord, 'suppressed'>): Html {
  const { scanner, title, question, tool, database, control, looked, measured = [], outcome, durationMs } = result;
  const id = `scan-${scanner.replace(/[^A-Za-z0-9-]/g, '_')}`;
  const { kind, text } = scanWords(result, record.suppressed);
  return h(
    'article',
    { id, class: `card ${kind}`, 'aria-labelledby': `${id}-title` },
    h(
      'header',
      {},
      h('h3', { id: `${id}-title` }, h('a', { class: 'self', href: `#${id}` }, said(title, 120))),
      h('p', { class: 'marks' }, outcomePill(kind), ' ', h('span', { class: 'tag' }, said(text, 80))),
    ),
    h('p', { class: 'question' }, said(question, 300)),
    outcome.kind === 'not-run'
      ? h(
          'div',
          { class: 'note' },
          h('p', {}, saidAtLength(outcome.reason)),
          h('p', { class: 'fix' }, h('span', { class: 'label' }, 'What to do'), ' ', saidAtLength(outcome.fix)),
        )
      : undefined,
    outcome.kind === 'findings' ? findingList(scanner, outcome.findings, record) : undefined,
    factTable(`What ${said(title, 120)} measured`, measured.slice(0, MOST_MEASURED)),
    definitions([
      ['Looked with', tool === undefined ? undefined : `${said(tool.name, 120)} ${said(tool.version, 60)}`],
      [
        'Which knows',
        database === undefined
          ? undefined
          : `${said(database.name, 120)} of ${said(database.date, 40)}${database.entries === undefined ? '' : `, ${countText(database.entries, 'entry', 'entries')}`}`,
      ],
      ['Control', control === undefined ? undefined : `${said(control.what, 200)}: ${control.caught ? 'found' : 'NOT found'}`],
      [
        'Looked at',
        looked.files === 0 ? undefined : `${countText(looked.files, 'file')}, ${sizeText(looked.bytes)}, in ${durationText(durationMs)}`,
      ],
    ]),
  );
}

function findingList(scanner: string, findings: readonly ScanFinding[], record: Pick<RunRecord, 'suppressed'>): Html {
  return h(
    'ul',
    { class: 'plain findings' },
    findings.slice(0, MOST_FINDINGS).map((found) => {
      const accepted = record.suppressed.find((one) => one.scanner === scanner && one.finding.fingerprint === found.fingerprint);
      return h(
        'li',
        { class: accepted === undefined ? found.severity : 'note' },
        h('p', {}, h('span', { class: 'label' }, accepted === undefined ? found.severity : 'accepted'), ' ', saidAtLength(found.message)),
        accepted === undefined
          ? h('p', { class: 'fix' }, h('span', { class: 'label' }, 'What to do'), ' ', saidAtLength(found.fix))
          : h('p', {}, `${said(accepted.owner, 80)}: ${said(accepted.reason)} (until ${said(accepted.expires, 20)})`),
        h(
          'p',
          { class: 'quiet' },
          h('code', {}, said(found.code, 120)),
          found.where === undefined ? undefined : ` ${said(placeText(found.where), 300)}`,
          ' ',
          h('code', {}, found.fingerprint),
        ),
      );
    }),
    findings.length > MOST_FINDINGS
      ? h('li', { class: 'note' }, h('p', {}, `and ${countText(findings.length - MOST_FINDINGS, 'more finding')} in record.json`))
      : undefined,
  );
}

const placeText = ({ path, line, part }: NonNullable<ScanFinding['where']>): string =>
  `${path}${line === undefined ? '' : `:${line}`}${part === undefined ? '' : `, ${part}`}`;
