import type { EventTexts } from './event-texts.ts';
import { printable } from './text-table.ts';
import { versionText } from './version.ts';

export const globalTexts: EventTexts<'version' | 'started' | 'problem' | 'error'> = {
  version: versionText,
  started: () => '',
  problem: (event, { style }) =>
    `${style.yellow('warning:')} ${event.path === undefined ? '' : `${printable(event.path)}: `}${event.message}\n`,
  error: (event, { style }) =>
    `${style.red(style.bold('error:'))} ${event.message}\n${event.hint === '' ? '' : `${style.cyan('hint:')} ${event.hint}\n`}`,
};
