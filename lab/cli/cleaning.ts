import { z } from 'zod';
import type { Format } from '../core/formats.ts';

/** What `lab clean` can come across. */
const kinds = ['guest', 'workshop', 'guest-note', 'cached', 'run', 'cache'] as const;

/** `lab clean --json`: what was done, in that order. */
const cleaning = z.strictObject({
  $schema: z.literal('cleaning.v1.json'),
  done: z
    .array(
      z.strictObject({
        kind: z.enum(kinds).meta({
          description:
            'A guest that a killed lab has left, the work folder of one, a note about a guest that is gone, something in the cache, a run, or the whole cache',
        }),
        message: z.string().meta({ description: 'For people, one line' }),
        path: z.string().optional().meta({ description: 'Folder that was removed; absent where the message alone tells' }),
      }),
    )
    .meta({ description: 'Empty: nothing was left behind' }),
});
export type Cleaning = z.infer<typeof cleaning>;

export const cleaningFormat = { file: 'cleaning.v1.json', title: 'What a cleaning did', schema: cleaning } as const satisfies Format;
