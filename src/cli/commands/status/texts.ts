import type { EventOf } from '../../../contract/cli-event.ts';
import { operationStates } from '../../../contract/stay-reasons.ts';
import type { EventTexts } from '../../event-texts.ts';
import { count, percent, size } from '../../quantities.ts';
import { table } from '../../text-table.ts';
import { keyText, settingText } from '../settings/texts.ts';

type Status = EventOf<'status'>;

export const statusTexts: EventTexts<'status' | 'diagnosis' | 'diagnosis-summary'> = {
  status: (event) =>
    table([
      ['Version', event.version],
      ['Last operation', operationText(event)],
      ['Cache', cacheText(event.cache)],
      ['TMDB key', event.tmdbKey === null ? 'not known' : keyText(event.tmdbKey)],
      ['Pace', paceText(event.limiter)],
      ...event.settings.map((setting) => [setting.name, settingText(setting)] as const),
    ]) + advice(event.lastOperation),
  // `--diag` is always lines of JSON.
  diagnosis: (event) => `${JSON.stringify(event)}\n`,
  'diagnosis-summary': (event) => `${JSON.stringify(event)}\n`,
};

function operationText({ lastOperation, operations }: Status): string {
  if (lastOperation === null) return 'none yet';
  const { operation, at, state, moved, planned, failed } = lastOperation;
  const files = planned === undefined ? count(moved) : `${count(moved)} of ${count(planned)}`;
  // 2026-01-02T03:04:05.678Z → 2026-01-02 03:04:05
  const began = at.slice(0, 19).replace('T', ' ');
  return `${operation}, ${operationStates[state]}: ${files} files, ${count(failed)} failed, began ${began} UTC (${count(operations)} in all)`;
}

function advice(last: Status['lastOperation']): string {
  switch (last?.state) {
    case 'unfinished':
      return '\nThe last operation was cut off. `anivault organize --resume --apply` finishes it, `anivault rollback` takes it back.\n';
    case 'rollback-unfinished':
      return `\nThe last rollback was cut off. \`anivault rollback ${last.operation} --apply\` finishes it.\n`;
    case 'finished':
    case 'partly-rolled-back':
    case 'rolled-back':
    case undefined:
      return '';
  }
}

function cacheText(cache: Status['cache']): string {
  if (cache === null) return 'cannot be used';
  const used = cache.hitRate === null ? 'not used yet' : `hit rate ${percent(cache.hitRate, 1)}`;
  const last = cache.lastHitRate === null ? '' : `, ${percent(cache.lastHitRate, 1)} the last time`;
  return `${count(cache.entries)} answers, ${size(cache.bytes)} of ${size(cache.mostBytes)}, ${used}${last}`;
}

const paceText = ({ state, pausedUntil = '', tokens, taken }: Status['limiter']): string =>
  state === 'paused'
    ? `TMDB asked for a pause until ${pausedUntil.slice(0, 19).replace('T', ' ')} UTC`
    : `free, ${count(tokens - taken)} of ${count(tokens)} requests of this second are left`;
