import { h } from 'preact';
import { assuranceLabel } from '../../core/assurance.ts';
import type { RecordedGuest, RunRecord } from '../../core/record.ts';
import { outcomeWords, worstFirst } from '../wording/outcome-words.ts';
import { countText, durationText } from '../wording/quantity.ts';
import { reasonsOf } from '../wording/reasons.ts';
import { learntElsewhere, verdictMeaning, verdictWords } from '../wording/verdict-words.ts';
import { type Html, assuranceTag, cellAnchor, definitions, digest, instant, said, saidAtLength } from './shown.ts';

/** Reasons that are shown at once; the rest stands folded below. */
const MOST_REASONS = 20;

/** The top of the page: verdict, what was tested, on what, why. What a reader sees in the first five seconds. */
export function verdictHero(record: RunRecord): Html {
  const { headline, qualifier } = verdictWords(record.verdict, record.assurance);
  return h(
    'header',
    { class: 'hero' },
    h('p', { class: 'eyebrow' }, 'Release verification'),
    h(
      'h1',
      {},
      h('span', { class: 'stamp' }, headline),
      qualifier === undefined ? undefined : [' ', h('span', { class: 'qualifier' }, qualifier)],
    ),
    h('p', { class: 'meaning' }, verdictMeaning(record)),
    definitions(
      [
        ['Tested', tested(record)],
        [
          'On',
          h(
            'ul',
            { class: 'plain' },
            record.guests.map((guest) => h('li', {}, guestLine(guest))),
          ),
        ],
        ['Answers', answers(record)],
        [
          'When',
          [instant(record.startedAt), record.durationMs === undefined ? ', never finished' : `, took ${durationText(record.durationMs)}`],
        ],
      ],
      'headline',
    ),
  );
}

function tested({ bundle }: RunRecord): Html {
  if (bundle === undefined) return h('span', {}, 'No bundle was made');
  return h(
    'div',
    {},
    h('strong', { class: 'product' }, `${said(bundle.product)} ${said(bundle.version)}`),
    h('div', { class: 'quiet' }, 'commit ', h('code', {}, said(bundle.commit, 80))),
    h('div', { class: 'quiet' }, 'bundle sha256 ', digest(bundle.digest)),
  );
}

function guestLine(guest: RecordedGuest): readonly (Html | string | undefined)[] {
  const { spec } = guest;
  if (guest.assurance === undefined)
    return [h('strong', {}, said(spec.name)), ' never came up ', h('span', { class: 'quiet' }, `(Windows build ${spec.build} was wanted)`)];
  const isolation =
    guest.isolation === 'none'
      ? h('strong', { class: 'loud' }, ' not isolated')
      : h('span', { class: 'quiet' }, ` ${isolationWords[guest.isolation ?? 'none']}`);
  return [
    h('strong', {}, said(spec.name)),
    ` ${said(guest.productName ?? '', 80)} ${said(guest.osVersion ?? '', 40)} on ${said(guest.platform ?? '', 60)},`,
    isolation,
    ' ',
    assuranceTag(guest.assurance),
  ];
}

const isolationWords = { 'virtual-machine': 'virtual machine', namespaces: 'isolated by namespaces', none: 'not isolated' } as const;

function answers(record: RunRecord): Html {
  const counts = worstFirst.flatMap((kind) => {
    const count = record.cells.filter((cell) => cell.outcome.kind === kind).length;
    return count === 0 ? [] : [h('li', { class: `count ${kind}` }, h('strong', {}, count), ` ${outcomeWords(kind).word}`)];
  });
  return h('ul', { class: 'plain counts' }, counts);
}

/** Why the verdict is what it is, each reason with what to do and a link to its cell. */
export function reasonList(record: RunRecord): Html | undefined {
  const reasons = reasonsOf(record);
  if (reasons.length === 0) return undefined;
  const item = (reason: (typeof reasons)[number]): Html =>
    h(
      'li',
      {},
      h('p', {}, reason.cell === undefined ? reason.text : h('a', { href: `#${cellAnchor(reason.cell)}` }, reason.text)),
      reason.hint === undefined
        ? undefined
        : h('p', { class: 'fix' }, h('span', { class: 'label' }, 'What to do'), ' ', saidAtLength(reason.hint)),
    );
  const rest = reasons.slice(MOST_REASONS);
  return h(
    'section',
    { id: 'why', class: 'why', 'aria-labelledby': 'why-title' },
    h('h2', { id: 'why-title' }, record.verdict === 'rejected' ? 'Why it was rejected' : 'Why nothing could be decided'),
    h('ol', {}, reasons.slice(0, MOST_REASONS).map(item)),
    rest.length === 0
      ? undefined
      : h(
          'details',
          {},
          h('summary', {}, `and ${countText(rest.length, 'more reason')}`),
          h('ol', { start: MOST_REASONS + 1 }, rest.map(item)),
        ),
  );
}

/** The banner that stays in sight wherever results of anything but Windows are read, on the screen and on paper. */
export function assuranceBanner(record: RunRecord): Html | undefined {
  const { assurance } = record;
  if (assurance === undefined || assurance === 'windows') return undefined;
  return h(
    'aside',
    { class: 'banner', 'aria-label': 'How far these results hold' },
    h('p', {}, h('strong', {}, assuranceLabel[assurance]), ` This is a rehearsal: ${learntElsewhere(record)}.`),
  );
}
