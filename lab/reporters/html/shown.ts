import { type ComponentChildren, type JSX, h } from 'preact';
import { type Assurance, assuranceLabel } from '../../core/assurance.ts';
import type { FactLine } from '../../core/fact-line.ts';
import { type OutcomeKind, outcomeWords } from '../wording/outcome-words.ts';
import { plainLine, plainText } from '../wording/plain-text.ts';

/** A piece of the page. */
export type Html = JSX.Element;

/** Longest text of a guest that is shown whole; evidence has bounds of its own. */
const MOST_TEXT = 1200;

/** Text from anywhere on one line. Preact escapes it; this takes out what would deceive a reader without being markup. */
export const said = (text: string, most = MOST_TEXT): string => plainLine(text, most);

/** Text from anywhere, lines kept. */
export const saidAtLength = (text: string, most = MOST_TEXT): string => plainText(text, most);

/** The address of a cell's card within the page: `cell-clean-install@win10`. */
export const cellAnchor = (cellId: string): string => `cell-${cellId.replace(/[^A-Za-z0-9@._-]/g, '_').slice(0, 120)}`;

/** An outcome as a symbol and a word. */
export function outcomePill(kind: OutcomeKind): Html {
  const { symbol, word } = outcomeWords(kind);
  return h('span', { class: `pill ${kind}` }, h('span', { 'aria-hidden': 'true' }, symbol), ' ', word);
}

/** What results of this assurance must carry wherever they stand. */
export const assuranceTag = (assurance: Assurance | undefined): Html | undefined =>
  assurance === undefined ? undefined : h('span', { class: `tag ${assurance}` }, assuranceLabel[assurance]);

/** A digest that can be copied whole and breaks where it must. */
export const digest = (sha256: string): Html => h('code', { class: 'digest' }, sha256);

/** A section of the page with its heading. */
export const section = (id: string, title: string, ...children: readonly ComponentChildren[]): Html =>
  h('section', { id, 'aria-labelledby': `${id}-title` }, h('h2', { id: `${id}-title` }, title), ...children);

/** Pairs of a name and what it is; a pair without a value is left out. */
export const definitions = (pairs: readonly (readonly [string, ComponentChildren])[], kind = ''): Html =>
  h(
    'dl',
    { class: `facts ${kind}`.trim() },
    pairs
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  );

/** Facts as a table; `caption` names it for those who cannot see where it stands. */
export const factTable = (caption: string, facts: readonly FactLine[]): Html | undefined =>
  facts.length === 0
    ? undefined
    : h(
        'table',
        { class: 'figures' },
        h('caption', { class: 'unseen' }, caption),
        h(
          'tbody',
          {},
          facts.map((fact) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, said(fact.label)),
              h('td', {}, said(fact.value), fact.note === undefined ? undefined : h('small', {}, said(fact.note))),
            ),
          ),
        ),
      );

/** Something wider than a phone: it scrolls by itself, also from the keyboard. */
export const scrolling = (label: string, ...children: readonly ComponentChildren[]): Html =>
  h('div', { class: 'scrolling', tabindex: 0, role: 'region', 'aria-label': label }, ...children);

/** A UTC instant as a person reads it: `2026-11-21 14:33:05 UTC`. */
export const instant = (iso: string): Html => h('time', { datetime: iso }, `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`);
