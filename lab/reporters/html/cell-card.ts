import { h } from 'preact';
import type { RecordedCell, RunRecord } from '../../core/record.ts';
import { durationText } from '../wording/quantity.ts';
import { outcomeRank } from './cell-order.ts';
import { type InlineEvidence, evidenceList } from './evidence.ts';
import { type Html, assuranceTag, cellAnchor, factTable, outcomePill, said, saidAtLength, section } from './shown.ts';

/** Every answer in full, the worst first. */
export function cellCards(record: RunRecord, inline: InlineEvidence): Html {
  const sorted = record.cells.toSorted((a, b) => outcomeRank(a) - outcomeRank(b));
  return section(
    'answers',
    'Answers',
    h(
      'div',
      { class: 'cards' },
      sorted.map((cell) => cellCard(cell, record, inline)),
    ),
  );
}

function cellCard(cell: RecordedCell, record: RunRecord, inline: InlineEvidence): Html {
  const check = record.checks.find((candidate) => candidate.id === cell.check);
  const guest = record.guests.find((candidate) => candidate.spec.name === cell.guest);
  const id = cellAnchor(cell.id);
  const name = `${said(check?.title ?? cell.check, 120)} on ${said(cell.guest, 60)}`;
  return h(
    'article',
    { id, class: `card ${cell.outcome.kind}`, 'aria-labelledby': `${id}-title` },
    h(
      'header',
      {},
      h('h3', { id: `${id}-title` }, h('a', { class: 'self', href: `#${id}` }, name)),
      h('p', { class: 'marks' }, outcomePill(cell.outcome.kind), ' ', assuranceTag(guest?.assurance)),
    ),
    check === undefined ? undefined : h('p', { class: 'question' }, said(check.question, 300)),
    outcomeDetail(cell),
    factTable(`Figures of ${name}`, cell.highlights),
    evidenceList(cell.evidence, cell.facts, inline),
    h('p', { class: 'quiet foot' }, circumstances(cell)),
  );
}

function outcomeDetail({ outcome }: RecordedCell): Html | undefined {
  switch (outcome.kind) {
    case 'passed':
      return undefined;
    case 'failed':
      return h(
        'ul',
        { class: 'plain findings' },
        outcome.findings.map((found) =>
          h(
            'li',
            { class: found.severity },
            h('p', {}, h('span', { class: 'label' }, found.severity), ' ', saidAtLength(found.message)),
            h('p', { class: 'fix' }, h('span', { class: 'label' }, 'What to do'), ' ', saidAtLength(found.fix)),
            h('p', { class: 'quiet' }, h('code', {}, said(found.code, 120))),
          ),
        ),
      );
    case 'skipped':
      return h('p', { class: 'note' }, `Not asked: ${said(outcome.reason.text)}`, ' ', h('code', {}, outcome.reason.code));
    case 'inconclusive': {
      const { error } = outcome;
      return h(
        'div',
        { class: 'note' },
        h(
          'p',
          {},
          saidAtLength(error.message),
          error.where === undefined ? undefined : h('span', { class: 'quiet' }, ` at ${said(error.where, 200)}`),
        ),
        h('p', { class: 'fix' }, h('span', { class: 'label' }, 'What to do'), ' ', saidAtLength(error.hint)),
        error.cause === undefined
          ? undefined
          : h('details', {}, h('summary', {}, 'Cause'), h('pre', { tabindex: 0 }, saidAtLength(error.cause, 4000))),
        h('p', { class: 'quiet' }, h('code', {}, said(error.code, 120))),
      );
    }
    case 'missing':
      return h('p', { class: 'note' }, 'It was planned and never answered.');
  }
}

function circumstances(cell: RecordedCell): string {
  const began = cell.startsFrom === 'pristine' ? 'on a pristine guest' : 'on a guest with the bundle unpacked';
  const took = cell.durationMs ? `Took ${durationText(cell.durationMs)} ${began}` : `Planned ${began}`;
  const beside = cell.alongside.slice(0, 12).map((other) => said(other, 80));
  const more = cell.alongside.length > beside.length ? ` and ${cell.alongside.length - beside.length} more` : '';
  if (cell.lane === 'host') return `${took}, alone on the host${beside.length > 0 ? `, but beside ${beside.join(', ')}${more}` : ''}.`;
  return `${took}${beside.length > 0 ? `, while ${beside.join(', ')}${more} ran too` : ''}.`;
}
