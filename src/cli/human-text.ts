import type { CliEvent } from '../contract/cli-event.ts';
import type { Emit } from './context.ts';
import { makeEventTexts } from './event-texts.ts';
import type { Screen } from './screen.ts';
import type { StreamWriter } from './stream-writer.ts';

/** Where text for people goes: a stream, and what is known of the place where it is shown. */
export interface Place {
  readonly writer: StreamWriter;
  readonly screen: Screen;
}

/** Writes what a person wants to read of a command: results to `out`, problems to `err`. */
export function humanText(out: Place, err: Place): Emit {
  const texts = makeEventTexts();
  return async (event) => {
    const { writer, screen } = event.type === 'problem' || event.type === 'error' ? err : out;
    const text = (texts[event.type] as (event: CliEvent, screen: Screen) => string)(event, screen);
    if (text !== '') await writer.write(text);
  };
}
