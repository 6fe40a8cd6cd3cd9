import type { EventTexts } from './event-texts.ts';
import { printable } from './text-table.ts';

export const commonTexts: EventTexts<'version' | 'started' | 'problem' | 'error'> = {
  version: (event) =>
    `${event.program} ${event.version} (commit ${event.commit}, ${event.packager}, ${event.runtime}, ${event.platform}-${event.architecture})\n`,
  started: () => '',
  problem: (event) => `warning: ${event.path === undefined ? '' : `${printable(event.path)}: `}${event.message}\n`,
  error: (event) => `error: ${event.message}\n${event.hint === '' ? '' : `hint: ${event.hint}\n`}`,
};
