import { h } from 'preact';
import type { FinishedRun } from '../../core/reporter.ts';
import { verdictWords } from '../wording/verdict-words.ts';
import { cellCards } from './cell-card.ts';
import type { InlineEvidence } from './evidence.ts';
import { guestCards } from './guests.ts';
import { matrix } from './matrix.ts';
import { environment, provenance, remarks } from './remarks.ts';
import { htmlDocument, navigation, pageEnd } from './document.ts';
import { scanCards } from './scans.ts';
import { said } from './shown.ts';
import { timelineSection } from './timeline.ts';
import { assuranceBanner, reasonList, verdictHero } from './verdict.ts';

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
  return htmlDocument(
    `${headline}${qualifier === undefined ? '' : ` ${qualifier}`}: ${product}`,
    `verdict-${record.verdict} on-${record.assurance ?? 'nothing'}`,
    h('a', { class: 'skip', href: '#content' }, 'Skip to the results'),
    assuranceBanner(record),
    h(
      'div',
      { class: 'page' },
      verdictHero(record),
      navigation(links),
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
      pageEnd(record.labVersion),
    ),
  );
}
