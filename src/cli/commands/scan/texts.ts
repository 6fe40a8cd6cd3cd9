import type { EventTexts } from '../../event-texts.ts';
import { count, mebibytes, percent, seconds } from '../../quantities.ts';
import { table } from '../../text-table.ts';

export const scanTexts: EventTexts<'file' | 'scan-summary'> = {
  file: () => '',
  'scan-summary': (event) =>
    table([
      ['Folders', count(event.directories)],
      ['Video files', count(event.files)],
      ['Names understood', `${count(event.parsed)}${event.files === 0 ? '' : ` (${percent(event.parsed, event.files)})`}`],
      ['Problems', count(event.problems)],
      ['Paths looked at', `${count(event.paths)} (${count(event.pathsPerMinute)} a minute)`],
      ['Time', seconds(event.durationMs)],
      ['Peak memory', mebibytes(event.peakMemoryBytes)],
    ]),
};
