import { z } from 'zod';
import { sha256Schema } from '../core/bundle.ts';
import { assuranceSchema } from '../core/guest.ts';
import { verdicts } from '../core/record.ts';

/** What a seal says: an in-toto Statement v1 whose subjects are all files of a run. */
export const sealStatement = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z
    .array(z.strictObject({ name: z.string().min(1), digest: z.strictObject({ sha256: sha256Schema }) }))
    .min(1)
    .meta({ description: 'Every file of the run but the seal, sorted by name (code units); names are relative and use `/`' }),
  predicateType: z.literal('urn:anivault-lab:seal:v1'),
  predicate: z.strictObject({
    runId: z.string(),
    verdict: z.enum(verdicts),
    assurance: assuranceSchema.optional().meta({ description: 'Of the weakest guest; a verdict holds at this assurance only' }),
    bundle: sha256Schema.optional().meta({ description: 'Digest of the bundle that was tested' }),
    labVersion: z.string(),
    sealedAt: z.iso.datetime().meta({ description: 'By the clock of the sealing machine; nothing relies on it' }),
  }),
});
export type SealStatement = z.infer<typeof sealStatement>;

/** What of a record a seal repeats; records of other versions have it as well. */
interface Claims {
  readonly runId: string;
  readonly verdict: string;
  readonly assurance?: string | undefined;
  readonly bundle?: { readonly digest: string } | undefined;
  readonly labVersion: string;
}

/** The part of a predicate that the record must confirm. */
export const sealedClaims = <R extends Claims>(record: R) => ({
  runId: record.runId,
  verdict: record.verdict as R['verdict'],
  ...(record.assurance === undefined ? {} : { assurance: record.assurance as NonNullable<R['assurance']> }),
  ...(record.bundle === undefined ? {} : { bundle: record.bundle.digest as NonNullable<R['bundle']>['digest'] }),
  labVersion: record.labVersion,
});

/** Orders file names as subjects are ordered. */
export const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
