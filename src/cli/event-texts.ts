import type { CliEvent, EventOf } from '../contract/cli-event.ts';
import { commonTexts } from './common-texts.ts';
import { organizeTexts } from './commands/organize/texts.ts';
import { scanTexts } from './commands/scan/texts.ts';
import { verifyTexts } from './commands/verify/texts.ts';

/** How each event reads for a person; empty text for what only programs want. */
export type EventTexts<Type extends CliEvent['type'] = CliEvent['type']> = { readonly [Each in Type]: (event: EventOf<Each>) => string };

/** The texts of every event. */
export const eventTexts: EventTexts = { ...commonTexts, ...scanTexts, ...organizeTexts, ...verifyTexts };
