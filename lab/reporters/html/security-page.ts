import { h } from 'preact';
import type { ScanReport } from '../../core/scan-report.ts';
import { countText } from '../wording/quantity.ts';
import { htmlDocument, navigation, pageEnd } from './document.ts';
import { scanCards } from './scans.ts';
import { type Html, definitions, digest, said, saidAtLength, section } from './shown.ts';

/** The report on the scans of a release as one HTML document, apart from the run, so that it can be handed on. Pure. */
export function securityPage(report: ScanReport): string {
  const { product, results, rejections, blocks, suppressed, stale } = report;
  const verdict = rejections.length > 0 ? 'rejected' : blocks.length > 0 ? 'blocked' : 'accepted';
  const name = `${said(product.name, 80)} ${said(product.version, 40)}`;
  const why = [...rejections, ...blocks];
  return htmlDocument(
    `Security report: ${name}`,
    // What scanners say does not depend on a guest: it is as true as it gets.
    `verdict-${verdict} on-windows`,
    h('a', { class: 'skip', href: '#content' }, 'Skip to the results'),
    h(
      'div',
      { class: 'page' },
      h(
        'header',
        { class: 'hero' },
        h('p', { class: 'eyebrow' }, 'Security report'),
        h(
          'h1',
          {},
          h('span', { class: 'stamp' }, verdict.toUpperCase()),
          ' ',
          h('span', { class: 'qualifier' }, 'by the scans of the release'),
        ),
        definitions(
          [
            ['Scanned', h('strong', { class: 'product' }, name)],
            ['Commit', h('code', {}, said(product.commit, 80))],
            ['Bundle', digest(product.digest)],
            ['On', report.day],
            ['Answers', answersOf(report)],
          ],
          'headline',
        ),
      ),
      navigation([
        ...(why.length > 0 ? [['why', 'Why'] as const] : []),
        ['scans', 'Scans'],
        ...(suppressed.length + stale.length > 0 ? [['exceptions', 'Exceptions'] as const] : []),
      ]),
      h(
        'main',
        { id: 'content', tabindex: -1 },
        why.length === 0
          ? undefined
          : h(
              'section',
              { id: 'why', class: 'why', 'aria-labelledby': 'why-title' },
              h('h2', { id: 'why-title' }, rejections.length > 0 ? 'Why it must not ship' : 'What nobody knows'),
              h(
                'ol',
                {},
                why.map((reason) => h('li', {}, h('p', {}, saidAtLength(reason)))),
              ),
            ),
        scanCards({ scans: results, suppressed }),
        exceptions(report),
      ),
      pageEnd(report.labVersion),
    ),
  );
}

const answersOf = ({ results }: ScanReport): string => {
  const ran = results.filter(({ outcome }) => outcome.kind !== 'not-run').length;
  return `${ran} of ${countText(results.length, 'scanner')} looked`;
};

function exceptions({ suppressed, stale }: ScanReport): Html | undefined {
  if (suppressed.length + stale.length === 0) return undefined;
  return section(
    'exceptions',
    'Exceptions',
    h(
      'ul',
      { class: 'plain findings' },
      suppressed.map(({ scanner, finding, owner, reason, expires }) =>
        h(
          'li',
          { class: 'note' },
          h('p', {}, h('span', { class: 'label' }, 'accepted'), ` ${said(scanner, 60)}: ${said(finding.message)}`),
          h('p', {}, `${said(owner, 80)}, until ${said(expires, 20)}: ${said(reason)}`),
        ),
      ),
      stale.map((text) => h('li', { class: 'warning' }, h('p', {}, h('span', { class: 'label' }, 'to look at'), ` ${said(text)}`))),
    ),
  );
}
