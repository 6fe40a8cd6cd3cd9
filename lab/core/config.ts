import { z } from 'zod';
import { guestSpec } from './guest.ts';
import { policy } from './policy.ts';

const seconds = z.number().positive().max(86_400);

/** `lab.config.json`: what is verified, on what, and what is demanded of it. */
export const labConfig = z.strictObject({
  $schema: z.string().optional().meta({ description: 'Where an editor finds the schema; not read by the lab' }),
  product: z.strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/).meta({ description: 'Also the name of the executable' }),
    displayName: z.string().meta({ description: 'Name in the version resource and in reports' }),
    publisher: z.string().meta({ description: 'Company name in the version resource' }),
    copyright: z.string().meta({ description: 'Copyright line in the version resource' }),
    entry: z.string().meta({ description: 'Entry module of the program, relative to this file' }),
    icon: z.string().meta({ description: 'Windows icon, relative to this file' }),
  }),
  guests: z
    .array(guestSpec)
    .min(1)
    .refine((guests) => new Set(guests.map((guest) => guest.name)).size === guests.length, 'two guests have the same name')
    .meta({ description: 'Guests a run takes place on' }),
  keep: z.enum(['never', 'on-failure', 'always']).default('never').meta({ description: 'Whether guests outlive the run' }),
  timeouts: z
    .strictObject({
      prepareSeconds: seconds.default(1800).meta({ description: 'Fetching and preparing what guests are made of' }),
      buildSeconds: seconds.default(300).meta({ description: 'Making the executable' }),
      acquireSeconds: seconds.default(120).meta({ description: 'Making one fresh guest, or rewinding it' }),
      copySeconds: seconds.default(300).meta({ description: 'Copying the bundle into one guest' }),
      checkSeconds: seconds.default(300).meta({ description: 'One cell' }),
      cleanUpSeconds: seconds.default(60).meta({ description: 'Releasing what a run holds; counts from the end of the run, not from its start' }),
    })
    .prefault({}),
  policy,
});
export type LabConfig = z.infer<typeof labConfig>;
