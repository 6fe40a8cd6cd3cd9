import type { EventOf } from '../../../contract/cli-event.ts';
import type { EventTexts } from '../../event-texts.ts';
import { count, percent, seconds } from '../../quantities.ts';
import type { Screen } from '../../screen.ts';
import { printable, table } from '../../text-table.ts';

type Match = EventOf<'match'>;
type Candidate = Match['candidates'][number];

const VERDICTS = {
  matched: 'sure      ',
  uncertain: 'UNCERTAIN ',
  none: 'UNKNOWN   ',
  'not-understood': 'NO TITLE  ',
  unanswered: 'NO ANSWER ',
} as const satisfies Record<Match['verdict'], string>;
/** Candidates that a person is shown. */
const MOST_SHOWN = 3;

export const matchTexts: EventTexts<'match' | 'match-summary'> = {
  match: (event, screen) => {
    const { style, verbose } = screen;
    const [best] = event.candidates;
    const label = event.verdict === 'matched' ? style.green(VERDICTS.matched) : style.yellow(VERDICTS[event.verdict]);
    const head = `${label}${printable(event.path)}\n`;
    if (event.verdict === 'matched' && best !== undefined && !verbose)
      return `${head}  -> ${titleText(best)}, ${percent(best.confidence, 1)}\n`;
    const lines = event.candidates.slice(0, MOST_SHOWN).map((one) => candidateText(one, screen));
    return head + [...lines, ...remarks(event)].map((line) => `  ${line}\n`).join('');
  },
  'match-summary': (event) =>
    table([
      ['Video files', count(event.files)],
      ['Sure', sureText(event)],
      ['Uncertain', count(event.uncertain)],
      ['Unknown to TMDB', count(event.none)],
      ['Without a title', count(event.notUnderstood)],
      ...(event.unanswered === 0 ? [] : [['Without an answer', count(event.unanswered)] as const]),
      ['From the cache', askingText(event)],
      ['Time', seconds(event.durationMs)],
    ]),
};

/** `12 (of 2 titles)` */
export const sureText = ({ matched, titles }: { readonly matched: number; readonly titles: number }): string =>
  matched === 0 ? '0' : `${count(matched)} (of ${count(titles)} ${titles === 1 ? 'title' : 'titles'})`;

/** How many questions the cache answered. */
export function askingText({
  hits,
  misses,
  stale,
  hitRate,
}: Pick<EventOf<'match-summary'>, 'hits' | 'misses' | 'stale' | 'hitRate'>): string {
  if (hitRate === null) return 'nothing was asked';
  return `${count(hits)} of ${count(hits + misses)} answers (${percent(hitRate, 1)})${stale === 0 ? '' : `, ${count(stale)} of them past their time`}`;
}

/** `One Piece (1999) S01E05`; with a mark for what TMDB does not have. */
function titleText({ title, year, place }: Candidate): string {
  const named = `${printable(title)}${year === undefined ? '' : ` (${year})`}`;
  if (place === undefined || place.episodes.length === 0) return named;
  const digits = (number: number): string => String(number).padStart(2, '0');
  return `${named} S${digits(place.season)}${place.episodes.map((episode) => `E${digits(episode)}`).join('-')}${place.how === 'beyond' ? ' (not known)' : ''}`;
}

function candidateText(one: Candidate, { style }: Screen): string {
  const kind = one.kind === 'tv' ? 'series' : 'film';
  const reasons = one.reasons.filter(({ what }) => what !== 'rank').map(({ text }) => printable(text));
  return `${percent(one.confidence, 1).padStart(7)}  ${titleText(one)}, ${kind}${style.dim(`: ${reasons.join('; ')}`)}`;
}

function remarks({ verdict, tie, problem, query, from }: Match): readonly string[] {
  return [
    ...(tie === undefined ? [] : [printable(tie)]),
    ...(verdict === 'none' ? [`TMDB has nothing like "${printable(query ?? '')}".`] : []),
    ...(verdict === 'not-understood' ? ['Its name gives no title.'] : []),
    ...(problem === undefined ? [] : [printable(problem.message)]),
    ...(from === 'stale' ? ['The answer is past its time: TMDB could not be asked again.'] : []),
  ];
}
