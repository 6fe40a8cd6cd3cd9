import type { CliEvent } from '../contract/cli-event.ts';
import { stayReasons } from '../contract/stay-reasons.ts';
import { printable, table } from './text-table.ts';
import type { Emit } from './context.ts';
import type { StreamWriter } from './stream-writer.ts';

/** Writes what a person wants to read of a command: results to `out`, problems to `err`. */
export function humanText(out: StreamWriter, err: StreamWriter): Emit {
  return async (event) => {
    const text = textOf(event);
    if (text !== '') await (event.type === 'problem' || event.type === 'error' ? err : out).write(text);
  };
}

function textOf(event: CliEvent): string {
  switch (event.type) {
    case 'started':
    case 'file':
      return '';
    case 'version':
      return `${event.program} ${event.version} (commit ${event.commit}, ${event.packager}, ${event.runtime}, ${event.platform}-${event.architecture})\n`;
    case 'problem':
      return `warning: ${event.path === undefined ? '' : `${printable(event.path)}: `}${event.message}\n`;
    case 'move':
      return `${{ planned: 'would move', moved: 'moved', failed: 'FAILED' }[event.state]}  ${printable(event.from)}\n  -> ${printable(event.to)}\n${event.problem === undefined ? '' : `  ${printable(event.problem)}\n`}`;
    case 'stay':
      return event.reason === 'in-place'
        ? ''
        : `stays  ${printable(event.path)}\n  ${stayReasons[event.reason]}${event.to === undefined ? '' : ` (${printable(event.to)})`}\n`;
    case 'component':
      return `${event.works ? 'ok    ' : 'BROKEN'}  ${event.name} (${event.package} ${event.version}, ${event.kind})\n  sha256  ${event.sha256}\n  from    ${printable(event.loadedFrom)} (${event.origin})\n  trial   ${event.trial}\n`;
    case 'scan-summary':
      return table([
        ['Folders', count(event.directories)],
        ['Video files', count(event.files)],
        ['Names understood', `${count(event.parsed)}${event.files === 0 ? '' : ` (${((event.parsed / event.files) * 100).toFixed(1)} %)`}`],
        ['Problems', count(event.problems)],
        ['Paths looked at', `${count(event.paths)} (${count(event.pathsPerMinute)} a minute)`],
        ['Time', seconds(event.durationMs)],
        ['Peak memory', mebibytes(event.peakMemoryBytes)],
      ]);
    case 'organize-summary': {
      const rows = table([
        ['Video files', count(event.files)],
        [event.applied ? 'Moved' : 'Would move', count(event.moves)],
        ['Failed', count(event.failed)],
        ['Stay', `${count(event.stays)} (${count(event.conflicts)} for a conflict)`],
        ['Time', seconds(event.durationMs)],
        ...(event.operation === undefined ? [] : [['Operation', event.operation] as const]),
        ...(event.journal === undefined ? [] : [['Journal', printable(event.journal)] as const]),
      ]);
      return event.applied || event.moves === 0
        ? rows
        : `${rows}\nThis was a dry run: nothing was changed. Add --apply to move the files.\n`;
    }
    case 'verify-summary':
      return `${event.working} of ${event.components} components work\n`;
    case 'error':
      return `error: ${event.message}\n${event.hint === '' ? '' : `hint: ${event.hint}\n`}`;
  }
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
