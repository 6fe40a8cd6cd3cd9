import type { EventTexts } from '../../event-texts.ts';
import { count, seconds } from '../../quantities.ts';
import { printable, table } from '../../text-table.ts';
import { askingText, sureText } from '../match/texts.ts';

export const runTexts: EventTexts<'run-summary'> = {
  'run-summary': (event) => {
    const rows = table([
      ['Video files', count(event.files)],
      ['Known for sure', sureText(event)],
      ...(event.unanswered === 0 ? [] : [['Without an answer', count(event.unanswered)] as const]),
      [event.applied ? 'Moved' : 'Would move', count(event.moves)],
      ['Failed', count(event.failed)],
      ['Stay', `${count(event.stays)} (${count(event.conflicts)} for a conflict)`],
      ['From the cache', askingText(event)],
      ['Time', seconds(event.durationMs)],
      ...(event.operation === undefined ? [] : [['Operation', event.operation] as const]),
      ...(event.journal === undefined ? [] : [['Journal', printable(event.journal)] as const]),
    ]);
    return event.applied || event.moves === 0 ? rows : `${rows}\nThis was a dry run: nothing was changed. Add --apply to move the files.\n`;
  },
};
