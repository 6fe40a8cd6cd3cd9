import { stayReasons } from '../../../contract/stay-reasons.ts';
import type { EventTexts } from '../../event-texts.ts';
import { count, seconds } from '../../quantities.ts';
import { printable, table } from '../../text-table.ts';

const STATES = { planned: 'would move', moved: 'moved', failed: 'FAILED' } as const;

export const organizeTexts: EventTexts<'move' | 'stay' | 'organize-summary'> = {
  move: (event) =>
    `${STATES[event.state]}  ${printable(event.from)}\n  -> ${printable(event.to)}\n${event.problem === undefined ? '' : `  ${printable(event.problem)}\n`}`,
  stay: (event) =>
    event.reason === 'in-place'
      ? ''
      : `stays  ${printable(event.path)}\n  ${stayReasons[event.reason]}${event.to === undefined ? '' : ` (${printable(event.to)})`}\n`,
  'organize-summary': (event) => {
    const rows = table([
      ['Video files', count(event.files)],
      [event.applied ? 'Moved' : 'Would move', count(event.moves)],
      ['Failed', count(event.failed)],
      ['Stay', `${count(event.stays)} (${count(event.conflicts)} for a conflict)`],
      ['Time', seconds(event.durationMs)],
      ...(event.operation === undefined ? [] : [['Operation', event.operation] as const]),
      ...(event.journal === undefined ? [] : [['Journal', printable(event.journal)] as const]),
    ]);
    return event.applied || event.moves === 0 ? rows : `${rows}\nThis was a dry run: nothing was changed. Add --apply to move the files.\n`;
  },
};
