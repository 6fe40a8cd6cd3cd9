import * as z from 'zod';
import { cacheEvents } from './events/cache.ts';
import { everyCommandEvents } from './events/every-command.ts';
import { completionEvents } from './events/completion.ts';
import { logEvents } from './events/log.ts';
import { matchEvents } from './events/match.ts';
import { organizeEvents } from './events/organize.ts';
import { rollbackEvents } from './events/rollback.ts';
import { runEvents } from './events/run.ts';
import { scanEvents } from './events/scan.ts';
import { settingsEvents } from './events/settings.ts';
import { statusEvents } from './events/status.ts';
import { verifyEvents } from './events/verify.ts';

/**
 * A line that a command prints with `--json`. The first is `started` (but for `version` and for errors of use, which stand alone), the last one a
 * summary or an `error`.
 */
export const cliEvent = z.discriminatedUnion('type', [
  ...everyCommandEvents,
  ...scanEvents,
  ...organizeEvents,
  ...rollbackEvents,
  ...logEvents,
  ...verifyEvents,
  ...matchEvents,
  ...runEvents,
  ...cacheEvents,
  ...statusEvents,
  ...settingsEvents,
  ...completionEvents,
]);
export type CliEvent = z.infer<typeof cliEvent>;
/** The events of one type. */
export type EventOf<Type extends CliEvent['type']> = Extract<CliEvent, { type: Type }>;
