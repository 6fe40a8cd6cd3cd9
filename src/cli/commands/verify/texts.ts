import type { EventTexts } from '../../event-texts.ts';
import { printable } from '../../text-table.ts';

export const verifyTexts: EventTexts<'component' | 'verify-summary'> = {
  component: (event) =>
    `${event.works ? 'ok    ' : 'BROKEN'}  ${event.name} (${event.package} ${event.version}, ${event.kind})\n  sha256  ${event.sha256}\n  from    ${printable(event.loadedFrom)} (${event.origin})\n  trial   ${event.trial}\n`,
  'verify-summary': (event) => `${event.working} of ${event.components} components work\n`,
};
