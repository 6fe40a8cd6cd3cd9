import type { Masker } from '../../core/secret.ts';
import { liveRegion } from '../../reporters/terminal/live-region.ts';
import { paintWith } from '../../reporters/terminal/paint.ts';
import { fitColumns } from '../../reporters/wording/display-width.ts';
import { plainLine } from '../../reporters/wording/plain-text.ts';
import type { Watcher } from '../../winrm/diagnose/examination.ts';
import { type Finding, type FindingState, findingSubjects } from '../../winrm/diagnose/finding.ts';
import { type CliContext, wantsColour } from '../cli-context.ts';

const signs: Readonly<Record<FindingState, string>> = { ok: '✓', warning: '!', failed: '✗', skipped: '–' };
const colours: Readonly<Record<FindingState, 'green' | 'yellow' | 'red' | 'dim'>> = {
  ok: 'green',
  warning: 'yellow',
  failed: 'red',
  skipped: 'dim',
};
const SUBJECT_COLUMNS = Math.max(...Object.values(findingSubjects).map((subject) => subject.length));
const MOST_CHARACTERS = 1000;

/** Shows findings as they come: lines with what to do below them, or one JSON object each. Dispose it before anything else is written. */
export function findingWatcher(context: CliContext, json: boolean, masker: Masker): Watcher & Disposable {
  const { stdout, environment } = context;
  if (json) {
    const line = (found: Finding): unknown => stdout.write(`${masker.mask(JSON.stringify(found))}\n`);
    return { begins: () => {}, found: (found) => void line(found), [Symbol.dispose]: () => {} };
  }
  const isTerminal = stdout.isTTY === true && environment['TERM'] !== 'dumb' && !environment['CI'];
  const columns = (): number => stdout.columns ?? 80;
  const region = isTerminal ? liveRegion(stdout, () => ({ columns: columns(), rows: 24 })) : undefined;
  const paint = paintWith(wantsColour(context));
  // Everything a finding says may come from the host.
  const clean = (text: string): string => plainLine(masker.mask(text), MOST_CHARACTERS);
  return {
    begins: (what) => {
      const text = fitColumns(`  … ${clean(what)}`, columns() - 1);
      region?.draw([{ plain: text, painted: paint('dim', text) }]);
    },
    found: ({ id, about, state, message, fix, commands }) => {
      const lines = [
        `${paint(colours[state], signs[state])} ${findingSubjects[id].padEnd(SUBJECT_COLUMNS)}  ${about === undefined || id === 'verdict' ? '' : `${clean(about)}: `}${clean(message)}`,
        ...(fix === undefined ? [] : [`    next: ${clean(fix)}`]),
        ...(commands ?? []).map((command) => paint('bold', `      ${clean(command)}`)),
      ];
      if (region) region.above(lines.join('\n'));
      else stdout.write(`${lines.join('\n')}\n`);
    },
    [Symbol.dispose]: () => region?.end(),
  };
}
