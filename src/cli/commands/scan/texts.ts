import type { EventOf } from '../../../contract/cli-event.ts';
import type { EventTexts } from '../../event-texts.ts';
import { count, mebibytes, percent, seconds } from '../../quantities.ts';
import { printable, table } from '../../text-table.ts';
import { titleTable } from './title-table.ts';

/** What `scan` found reads as a list of titles, so its texts remember the files until the end. */
export function makeScanTexts(): EventTexts<'file' | 'scan-summary'> {
  const titles = titleTable();
  return {
    file: (event, { verbose, style }) => {
      titles.add(event);
      return verbose
        ? `${printable(event.path)}\n  ${event.parsed === null ? style.yellow('not understood') : style.dim(told(event.parsed))}\n`
        : '';
    },
    'scan-summary': (event, screen) => {
      const list = titles.text(screen);
      const figures = table([
        ['Folders', count(event.directories)],
        ['Video files', count(event.files)],
        ['Names understood', `${count(event.parsed)}${event.files === 0 ? '' : ` (${percent(event.parsed, event.files)})`}`],
        ['Problems', count(event.problems)],
        ['Paths looked at', `${count(event.paths)} (${count(event.pathsPerMinute)} a minute)`],
        ['Time', seconds(event.durationMs)],
        ['Peak memory', mebibytes(event.peakMemoryBytes)],
      ]);
      return list === '' ? figures : `${list}\n${figures}`;
    },
  };
}

type AnimeName = NonNullable<EventOf<'file'>['parsed']>;

/** `Hana no Uta, season 1, episode 5, [Group], 1080p` */
function told(name: AnimeName): string {
  const parts = [
    name.title,
    name.season === undefined ? '' : `season ${name.season}`,
    name.episodes.length === 0 ? '' : `episode ${name.episodes.join('-')}`,
    name.type ?? '',
    name.year === undefined ? '' : String(name.year),
    name.releaseGroup === undefined ? '' : `[${name.releaseGroup}]`,
    name.resolution ?? '',
  ];
  return printable(parts.filter((part) => part !== '').join(', '));
}
