import { z } from 'zod';
import { FOLD_VERSION } from '../core/record.ts';

/** What every record says of itself, whatever version of the lab made it. */
const recordHead = z.looseObject({
  fold: z.int().min(1).default(1),
  runId: z.string(),
  labVersion: z.string(),
  verdict: z.string(),
  assurance: z.string().optional(),
  bundle: z.looseObject({ digest: z.string() }).optional(),
});
export type RecordHead = z.infer<typeof recordHead>;

/**
 * The head of a record that another version of the fold made, which this lab cannot make again. `undefined` when it is of this version, or no record
 * at all: then it has to hold what this version demands.
 */
export function foreignRecord(bytes: Uint8Array | undefined): RecordHead | undefined {
  if (bytes === undefined) return undefined;
  try {
    const { data } = recordHead.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return data?.fold === FOLD_VERSION ? undefined : data;
  } catch {
    return undefined;
  }
}
