import { h } from 'preact';
import type { Evidence } from '../../core/event.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { FinishedRun } from '../../core/reporter.ts';
import { outcomeRank } from './cell-order.ts';
import { sizeText } from '../wording/quantity.ts';
import { plainText } from '../wording/plain-text.ts';
import { type Html, digest, said } from './shown.ts';

/** Largest piece of evidence that is shown in the page, and what all of them may take together. */
const MOST_EACH_BYTES = 12 << 10;
const MOST_TOGETHER_BYTES = 96 << 10;

// text/plain; charset=utf-8 · application/json · application/x-ndjson · application/vnd.cyclonedx+json
const TEXTUAL = /^(?:text\/[\w.+-]+|application\/(?:json|xml|x-ndjson|[\w.-]+\+(?:json|xml)))(?:$|;)/;

/** Evidence that stands in the page as text, by digest. `gone`: it is named in the record and cannot be read. */
export type InlineEvidence = ReadonlyMap<Sha256, { readonly text: string } | 'gone'>;

/** Picks what is small and readable, beginning with the cells that did not pass, until the page has enough. */
export async function collectInlineEvidence(run: FinishedRun, signal: AbortSignal): Promise<InlineEvidence> {
  const inline = new Map<Sha256, { readonly text: string } | 'gone'>();
  let left = MOST_TOGETHER_BYTES;
  for (const cell of run.record.cells.toSorted((a, b) => outcomeRank(a) - outcomeRank(b))) {
    for (const kept of cell.evidence) {
      if (inline.has(kept.sha256) || kept.sizeBytes > Math.min(MOST_EACH_BYTES, left) || !TEXTUAL.test(kept.mediaType)) continue;
      signal.throwIfAborted();
      const bytes = await run.readEvidence(kept.sha256);
      if (bytes === undefined || bytes.length > MOST_EACH_BYTES) {
        inline.set(kept.sha256, 'gone');
        continue;
      }
      left -= bytes.length;
      inline.set(kept.sha256, { text: plainText(new TextDecoder().decode(bytes), MOST_EACH_BYTES) });
    }
  }
  return inline;
}

/** What was kept of a cell: title, kind, size, digest, and the text itself where it is small. */
export function evidenceList(evidence: readonly Evidence[], facts: Sha256 | undefined, inline: InlineEvidence): Html | undefined {
  if (evidence.length === 0) return undefined;
  return h(
    'div',
    { class: 'evidence' },
    h('h4', {}, 'Evidence'),
    h(
      'ul',
      { class: 'plain' },
      evidence.map((kept) => {
        const shown = inline.get(kept.sha256);
        const title = said(kept.title, 160);
        return h(
          'li',
          {},
          h(
            'div',
            {},
            h('strong', {}, title),
            h(
              'span',
              { class: 'quiet' },
              ` ${said(kept.mediaType, 60)}, ${sizeText(kept.sizeBytes)}${kept.sha256 === facts ? ', judged' : ''}`,
            ),
          ),
          h('div', { class: 'quiet' }, 'evidence/', digest(kept.sha256)),
          shown === 'gone' ? h('p', { class: 'loud' }, 'This file is missing from the run folder.') : undefined,
          shown === undefined || shown === 'gone'
            ? undefined
            : h('details', {}, h('summary', {}, `Show ${title}`), h('pre', { tabindex: 0 }, shown.text)),
        );
      }),
    ),
  );
}
