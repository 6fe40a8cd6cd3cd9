import type { EventTexts } from '../../event-texts.ts';
import { printable } from '../../text-table.ts';
import { keyText } from '../settings/texts.ts';

export const verifyTexts: EventTexts<'component' | 'tmdb' | 'verify-summary'> = {
  component: (event) =>
    `${event.works ? 'ok    ' : 'BROKEN'}  ${event.name} (${event.package} ${event.version}, ${event.kind})\n  sha256  ${event.sha256}\n  from    ${printable(event.loadedFrom)} (${event.origin})\n  trial   ${event.trial}\n`,
  tmdb: (event) => {
    const label = event.problem !== undefined ? 'FAILED' : event.works === null ? 'skipped' : 'ok    ';
    const answer =
      event.problem !== undefined
        ? printable(event.problem.message)
        : event.works === null
          ? 'not asked'
          : `takes the key (${event.answerMs ?? 0} ms)`;
    return `${label}  TMDB (${printable(event.address)})\n  key     ${keyText(event.key)}\n  answer  ${answer}\n`;
  },
  'verify-summary': (event) =>
    `${event.working} of ${event.components} components work${{ works: '; TMDB works', failed: '; TMDB does not', 'not-asked': '' }[event.tmdb]}\n`,
};
