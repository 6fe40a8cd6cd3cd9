import type { CliEvent, EventOf } from '../contract/cli-event.ts';
import { globalTexts } from './global-texts.ts';
import { cacheTexts } from './commands/cache/texts.ts';
import { completionTexts } from './commands/completion/texts.ts';
import { matchTexts } from './commands/match/texts.ts';
import { makeLogTexts } from './commands/log/texts.ts';
import { makeOrganizeTexts } from './commands/organize/texts.ts';
import { rollbackTexts } from './commands/rollback/texts.ts';
import { runTexts } from './commands/run/texts.ts';
import { makeScanTexts } from './commands/scan/texts.ts';
import { settingsTexts } from './commands/settings/texts.ts';
import { statusTexts } from './commands/status/texts.ts';
import { verifyTexts } from './commands/verify/texts.ts';
import type { Screen } from './screen.ts';

/** How each event reads for a person, on the screen where it is shown; empty text for what only programs want. */
export type EventTexts<Type extends CliEvent['type'] = CliEvent['type']> = {
  readonly [Each in Type]: (event: EventOf<Each>, screen: Screen) => string;
};

/** The texts of every event, for one run of a command. Texts that show several events together (a table) are made by a function, since they remember. */
export const makeEventTexts = (): EventTexts => ({
  ...globalTexts,
  ...makeScanTexts(),
  ...makeOrganizeTexts(),
  ...rollbackTexts,
  ...makeLogTexts(),
  ...verifyTexts,
  ...matchTexts,
  ...runTexts,
  ...cacheTexts,
  ...statusTexts,
  ...settingsTexts,
  ...completionTexts,
});
