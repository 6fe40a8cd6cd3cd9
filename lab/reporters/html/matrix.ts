import { h } from 'preact';
import type { RunRecord } from '../../core/record.ts';
import { durationText } from '../wording/quantity.ts';
import { type Html, assuranceTag, cellAnchor, outcomePill, said, scrolling, section } from './shown.ts';

/** Every check against every guest; each answer leads to its card. */
export function matrix(record: RunRecord): Html {
  const titles = new Map(record.checks.map((check) => [check.id, check]));
  const checks = [...new Set(record.cells.map((cell) => cell.check as string))];
  const guests = [...new Set(record.cells.map((cell) => cell.guest as string))];
  const cells = new Map(record.cells.map((cell) => [`${cell.check}@${cell.guest}`, cell]));
  const head = guests.map((name) => {
    const guest = record.guests.find((candidate) => candidate.spec.name === name);
    return h(
      'th',
      { scope: 'col' },
      said(name),
      ' ',
      guest?.assurance ? assuranceTag(guest.assurance) : h('span', { class: 'tag' }, 'never came up'),
    );
  });
  const rows = checks.map((check) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, said(titles.get(check)?.title ?? check, 120)),
      guests.map((guest) => {
        const cell = cells.get(`${check}@${guest}`);
        if (cell === undefined) return h('td', {}, h('span', { class: 'quiet' }, 'not planned'));
        const length = cell.durationMs ? h('span', { class: 'quiet' }, ` ${durationText(cell.durationMs)}`) : undefined;
        return h('td', {}, h('a', { class: 'answer', href: `#${cellAnchor(cell.id)}` }, outcomePill(cell.outcome.kind)), length);
      }),
    ),
  );
  return section(
    'matrix',
    'Checks and guests',
    scrolling(
      'Checks against guests',
      h(
        'table',
        { class: 'matrix' },
        h('caption', {}, 'What was asked of whom, and what came of it'),
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Check'), head)),
        h('tbody', {}, rows),
      ),
    ),
  );
}
