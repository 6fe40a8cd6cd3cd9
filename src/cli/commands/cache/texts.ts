import type { EventOf } from '../../../contract/cli-event.ts';
import type { EventTexts } from '../../event-texts.ts';
import { count, percent, seconds, size } from '../../quantities.ts';
import { printable, table } from '../../text-table.ts';
import { askingText } from '../match/texts.ts';

type Cache = EventOf<'cache'>;

export const cacheTexts: EventTexts<'cache' | 'cache-cleared' | 'cache-warmed'> = {
  cache: (event) =>
    table([
      ['Answers', `${count(event.entries)}${event.expired === 0 ? '' : ` (${count(event.expired)} past their time)`}`],
      ['Size', `${size(event.bytes)} of ${size(event.mostBytes)} (${percent(event.bytes, event.mostBytes)})`],
      ...(event.quarantined === 0 ? [] : [['Put aside as damaged', count(event.quarantined)] as const]),
      ['Hit rate', rateText(event.hitRate, event.total)],
      ['Hit rate, last time', event.last === undefined ? 'not used yet' : rateText(event.lastHitRate, event.last)],
      ['Folder', printable(event.folder)],
    ]),
  'cache-cleared': (event) => {
    if (!event.cleared) return 'Nothing was removed.\n';
    return event.entries === 0 ? 'The cache is empty.\n' : `Removed ${count(event.entries)} answers (${size(event.bytes)}).\n`;
  },
  'cache-warmed': (event) =>
    table([
      ['Video files', count(event.files)],
      ['Ready for offline', count(event.known)],
      ['Without a title', count(event.notUnderstood)],
      ...(event.unanswered === 0 ? [] : [['Without an answer', count(event.unanswered)] as const]),
      ['Fetched', `${count(event.fetched)} answers`],
      ['From the cache', askingText(event)],
      ['Time', seconds(event.durationMs)],
    ]),
};

const rateText = (rate: number | null, { hits, misses, expired }: Cache['total']): string =>
  rate === null ? 'nothing was asked' : `${percent(rate, 1)} (${count(hits)} of ${count(hits + misses + expired)} questions)`;
