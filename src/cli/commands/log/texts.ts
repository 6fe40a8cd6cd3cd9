import type { EventOf } from '../../../contract/cli-event.ts';
import { operationStates } from '../../../contract/stay-reasons.ts';
import type { EventTexts } from '../../event-texts.ts';
import { count } from '../../quantities.ts';
import { listTable, printable } from '../../text-table.ts';

/** The operations read as one table, so its texts remember them until the end. */
export function makeLogTexts(): EventTexts<'operation' | 'log-summary'> {
  const rows: (readonly string[])[] = [];
  return {
    operation: (event) => {
      rows.push(rowOf(event));
      return '';
    },
    'log-summary': (event, screen) => {
      if (event.operations === 0) return 'No files have been moved yet.\n';
      const { style } = screen;
      const list = listTable(
        [
          { heading: 'Operation', paint: style.bold },
          { heading: 'Began (UTC)' },
          { heading: 'State' },
          { heading: 'Files', align: 'right' },
          { heading: 'Failed', align: 'right' },
          { heading: 'From', shrinks: true },
          { heading: 'To', shrinks: true },
        ],
        rows,
        screen,
      );
      const more = event.operations > event.shown ? ` The newest ${count(event.shown)} are shown; --limit shows more.` : '';
      const damaged = event.damaged === 0 ? '' : ` ${count(event.damaged)} lines of the journal are damaged and were left out.`;
      return `${list}\n${count(event.operations)} ${event.operations === 1 ? 'operation' : 'operations'} in ${printable(event.journal)}.${more}${damaged}\n`;
    },
  };
}

const rowOf = (event: EventOf<'operation'>): readonly string[] => [
  event.operation,
  // 2026-01-02T03:04:05.678Z → 2026-01-02 03:04:05
  event.at.slice(0, 19).replace('T', ' '),
  operationStates[event.state] + (event.transfer === 'copy' ? ' (copy)' : ''),
  event.planned === undefined ? count(event.moved) : `${count(event.moved)}/${count(event.planned)}`,
  count(event.failed),
  printable(event.source ?? '?'),
  printable(event.destination ?? '?'),
];
