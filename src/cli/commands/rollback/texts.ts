import type { EventOf } from '../../../contract/cli-event.ts';
import { keepReasons } from '../../../contract/stay-reasons.ts';
import type { EventTexts } from '../../event-texts.ts';
import { count, seconds } from '../../quantities.ts';
import type { Screen } from '../../screen.ts';
import { printable, table } from '../../text-table.ts';

export const rollbackTexts: EventTexts<'undo' | 'folder-removed' | 'rollback-summary'> = {
  undo: (event, screen) => {
    if (event.state === 'was-there') return '';
    const where = event.transfer === 'copy' ? 'the copy goes' : `-> ${printable(event.to)}`;
    return `${stateOf(event, screen)}  ${printable(event.from)}\n        ${screen.style.dim(where)}\n${whyNot(event, screen)}`;
  },
  'folder-removed': (event, { style, verbose }) => (verbose ? `${style.dim('folder')}  ${printable(event.path)} removed\n` : ''),
  'rollback-summary': (event) => {
    const rows = table([
      ['Operation', event.operation],
      ['Files', count(event.files)],
      [event.applied ? 'Taken back' : 'Would take back', count(event.undone)],
      ['Kept where they are', count(event.kept)],
      ['Failed', count(event.failed)],
      event.applied
        ? ['Empty folders removed', count(event.folders)]
        : ['Folders it made', `${count(event.folders)} (those that are empty go)`],
      ['Time', seconds(event.durationMs)],
      ['Journal', printable(event.journal)],
    ]);
    if (event.applied) return `\n${rows}`;
    const hint =
      event.undone === 0 ? 'There is nothing to take back.' : 'This was a dry run: nothing was changed. Add --apply to take it back.';
    return `\n${rows}\n${hint}\n`;
  },
};

const stateOf = ({ state }: EventOf<'undo'>, { style }: Screen): string => {
  switch (state) {
    case 'planned':
      return style.cyan('plan  ');
    case 'undone':
      return style.green('done  ');
    case 'was-there':
      return style.dim('back  ');
    case 'kept':
      return style.yellow('kept  ');
    case 'failed':
      return style.red('FAILED');
  }
};

function whyNot({ reason, problem }: EventOf<'undo'>, { style }: Screen): string {
  const text = reason === undefined ? problem : keepReasons[reason];
  return text === undefined ? '' : `        ${style.yellow(printable(text))}\n`;
}
