import path from 'node:path';
import type { EventOf } from '../../../contract/cli-event.ts';
import { differences, staleDifferences, stayReasons } from '../../../contract/stay-reasons.ts';
import type { EventTexts } from '../../event-texts.ts';
import { count, seconds } from '../../quantities.ts';
import type { Screen } from '../../screen.ts';
import { printable, table } from '../../text-table.ts';

/** Moves are shown under the folder that they go to, so the texts remember which one they showed last. */
export function makeOrganizeTexts(): EventTexts<'move' | 'stay' | 'difference' | 'organize-summary'> {
  let shown: string | undefined;
  const heading = (folder: string | undefined, { style }: Screen): string => {
    if (folder === shown) return '';
    shown = folder;
    return folder === undefined ? '' : `${style.bold(`${printable(folder)}/`)}\n`;
  };
  return {
    move: (event, screen) => {
      const { dir, base } = path.posix.parse(event.to);
      const line = `  ${stateOf(event, screen)}  ${printable(base)}  ${screen.style.dim(`<- ${printable(event.from)}`)}\n`;
      return `${heading(dir, screen)}${line}${event.problem === undefined ? '' : `          ${screen.style.red(printable(event.problem))}\n`}`;
    },
    stay: (event, screen) => {
      if (event.reason === 'in-place' && !screen.verbose) return '';
      const about = event.better ?? event.to;
      const reason = `${stayReasons[event.reason]}${about === undefined ? '' : ` (${printable(about)})`}`;
      return `${heading(undefined, screen)}${screen.style.yellow('stays')}  ${printable(event.path)}\n       ${screen.style.dim(reason)}\n`;
    },
    difference: (event, screen) => {
      if (event.difference === 'to-apply') return '';
      const isStale = staleDifferences.includes(event.difference);
      if (!isStale && !screen.verbose) return '';
      const mark = isStale ? screen.style.red('differs') : screen.style.dim('done   ');
      return `${mark}  ${printable(event.from)}  ${screen.style.dim(`-> ${printable(event.to)}`)}\n         ${differences[event.difference]}\n`;
    },
    'organize-summary': (event) => summaryText(event),
  };
}

const stateOf = ({ state }: EventOf<'move'>, { style }: Screen): string => {
  switch (state) {
    case 'planned':
      return style.cyan('plan  ');
    case 'moved':
      return style.green('done  ');
    case 'failed':
      return style.red('FAILED');
  }
};

function summaryText(event: EventOf<'organize-summary'>): string {
  const [did, would, verb] = event.transfer === 'copy' ? ['Copied', 'Would copy', 'copy'] : ['Moved', 'Would move', 'move'];
  const rows = table([
    [event.done === undefined && event.resumed !== true ? 'Video files' : 'Files of the plan', count(event.files)],
    [event.applied ? did : would, `${count(event.moves)}${event.companions === 0 ? '' : ` (${count(event.companions)} go with a video)`}`],
    ...(event.done === undefined ? [] : [['There already', count(event.done)] as const]),
    ...(event.stale === undefined ? [] : [['Differ from the plan', count(event.stale)] as const]),
    ['Failed', count(event.failed)],
    ['Stay', `${count(event.stays)} (${count(event.conflicts)} for a conflict)`],
    ['Time', seconds(event.durationMs)],
    ...(event.operation === undefined ? [] : [['Operation', event.operation] as const]),
    ...(event.journal === undefined ? [] : [['Journal', printable(event.journal)] as const]),
  ]);
  return `\n${rows}${hintOf(event, verb)}`;
}

function hintOf(event: EventOf<'organize-summary'>, verb: string): string {
  if (event.applied) return event.operation === undefined ? '' : `\nTo take it back: anivault rollback ${event.operation}\n`;
  if ((event.stale ?? 0) > 0) return '\nNothing was changed. The plan is out of date and would be refused: make it again.\n';
  return event.moves === 0 ? '' : `\nThis was a dry run: nothing was changed. Add --apply to ${verb} the files.\n`;
}
