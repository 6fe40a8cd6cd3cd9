import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { FinishedRun } from '../../core/reporter.ts';
import { verdictWords } from '../wording/verdict-words.ts';
import { cellCards } from './cell-card.ts';
import type { InlineEvidence } from './evidence.ts';
import { guestCards } from './guests.ts';
import { matrix } from './matrix.ts';
import { environment, provenance, remarks } from './remarks.ts';
import { type Html, said } from './shown.ts';
import { scanCards } from './scans.ts';
import { style } from './style.ts';
import { timelineSection } from './timeline.ts';
import { assuranceBanner, reasonList, verdictHero } from './verdict.ts';

/** Nothing may be fetched and nothing may run: also what got past the escaping would be dead. */
const contentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The whole report as one HTML document. Pure: the same run gives the same bytes. */
export function reportPage(run: FinishedRun, inline: InlineEvidence): string {
  const { record, journal } = run;
  const { headline, qualifier } = verdictWords(record.verdict, record.assurance);
  const product = record.bundle === undefined ? 'no bundle' : `${said(record.bundle.product, 80)} ${said(record.bundle.version, 40)}`;
  const noted = remarks(record);
  const scanned = scanCards(record);
  const links: readonly (readonly [string, string])[] = [
    ...(record.reasons.length > 0 ? [['why', 'Why'] as const] : []),
    ['matrix', 'Overview'],
    ['answers', 'Answers'],
    ...(scanned === undefined ? [] : [['scans', 'Scans'] as const]),
    ['guests', 'Guests'],
    ['timeline', 'Timeline'],
    ...(noted === undefined ? [] : [['remarks', 'Warnings'] as const]),
    ['environment', 'Environment'],
    ['provenance', 'Provenance'],
  ];
  const page: Html = h(
    'html',
    { lang: 'en' },
    h(
      'head',
      {},
      h('meta', { charset: 'utf-8' }),
      h('meta', { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { name: 'color-scheme', content: 'light dark' }),
      h('meta', { name: 'referrer', content: 'no-referrer' }),
      h('title', {}, `${headline}${qualifier === undefined ? '' : ` ${qualifier}`}: ${product}`),
      // The style sheet is a constant of this room; nothing of a run goes into it.
      h('style', { dangerouslySetInnerHTML: { __html: style } }),
    ),
    h(
      'body',
      { class: `verdict-${record.verdict} on-${record.assurance ?? 'nothing'}` },
      h('a', { class: 'skip', href: '#content' }, 'Skip to the results'),
      assuranceBanner(record),
      h(
        'div',
        { class: 'page' },
        verdictHero(record),
        h(
          'nav',
          { 'aria-label': 'Sections' },
          h(
            'ul',
            {},
            links.map(([id, name]) => h('li', {}, h('a', { href: `#${id}` }, name))),
          ),
        ),
        h(
          'main',
          { id: 'content', tabindex: -1 },
          reasonList(record),
          matrix(record),
          cellCards(record, inline),
          scanned,
          guestCards(record),
          timelineSection(record, journal),
          noted,
          environment(record),
          provenance(run),
        ),
        h(
          'footer',
          { class: 'end' },
          h('p', {}, `AniVault Lab ${said(record.labVersion, 40)}. This page is one file; it needs no network and runs no script.`),
        ),
      ),
    ),
  );
  return `<!doctype html>\n${renderToString(page)}\n`;
}
