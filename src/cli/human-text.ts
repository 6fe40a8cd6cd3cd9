import type { CliEvent } from '../contract/cli-event.ts';
import type { Emit } from './context.ts';
import { eventTexts } from './event-texts.ts';
import type { StreamWriter } from './stream-writer.ts';

/** Writes what a person wants to read of a command: results to `out`, problems to `err`. */
export function humanText(out: StreamWriter, err: StreamWriter): Emit {
  return async (event) => {
    const text = textOf(event);
    if (text !== '') await (event.type === 'problem' || event.type === 'error' ? err : out).write(text);
  };
}

const textOf = (event: CliEvent): string => (eventTexts[event.type] as (event: CliEvent) => string)(event);
