import type { EventTexts } from '../../event-texts.ts';

export const completionTexts: EventTexts<'completion-script'> = { 'completion-script': (event) => event.script };
