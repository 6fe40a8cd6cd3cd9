import type { EventOf } from '../../../contract/cli-event.ts';
import type { EventTexts } from '../../event-texts.ts';
import { printable, table } from '../../text-table.ts';

const KINDS = { v3: 'API key (v3)', v4: 'API Read Access Token (v4)' } as const;
const ORIGINS = { environment: 'from ANIVAULT_TMDB_KEY', settings: 'stored, encrypted' } as const;

/** What is known of the key to TMDB, in a few words. */
export function keyText({ from, kind, problem }: EventOf<'settings'>['tmdbKey']): string {
  if (from === 'none') return 'none: `anivault settings tmdb-key` asks for one';
  if (problem !== undefined) return `${ORIGINS[from]}, but of no use: ${printable(problem)}`;
  return `*** ${kind === undefined ? '' : `${KINDS[kind]}, `}${ORIGINS[from]}`;
}

/** The value of a setting, and whether it is the default. */
export const settingText = ({ value, set }: EventOf<'settings'>['settings'][number]): string =>
  value === null ? 'not set' : `${printable(String(value))}${set ? '' : ' (default)'}`;

export const settingsTexts: EventTexts<'settings' | 'settings-changed'> = {
  settings: (event) =>
    table([
      ...event.settings.map((setting) => [setting.name, settingText(setting)] as const),
      ['TMDB key', keyText(event.tmdbKey)],
      ['File', printable(event.file)],
    ]),
  'settings-changed': (event) => {
    const overridden = event.overriddenBy === undefined ? '' : `But ${event.overriddenBy} is set, and goes before it.\n`;
    return `${event.name === 'tmdbKey' ? keyChange(event) : change(event)}\n${overridden}`;
  },
};

const keyChange = (event: EventOf<'settings-changed'>): string =>
  event.change === 'set'
    ? 'The key to TMDB is stored, encrypted. `anivault verify` asks TMDB whether it takes it.'
    : 'No key to TMDB is stored any more.';

function change(event: EventOf<'settings-changed'>): string {
  if (event.value === null) return `${event.name} is not set any more.`;
  return `${event.name} is ${printable(String(event.value))}${event.change === 'set' ? '.' : ' again, the default.'}`;
}
