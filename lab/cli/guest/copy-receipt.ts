import { z } from 'zod';
import { sha256Schema } from '../../core/bundle.ts';
import type { Format } from '../../core/formats.ts';

const both = {
  $schema: z.literal('copy-receipt.v1.json'),
  path: z.string().meta({ description: 'What it is called where it arrived' }),
  sizeBytes: z.int().min(0),
  durationMs: z.number().min(0),
  way: z.string().meta({ description: 'How the bytes travelled: `already-there`, `http-pull`, …' }),
  notes: z.array(z.string()).optional().meta({ description: 'Ways that were tried before and given up, a sentence each' }),
};

/** `lab guest copy --json`: proof that a file or a folder arrived. */
const copyReceipt = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), ...both, sha256: sha256Schema }),
  z.strictObject({
    kind: z.literal('folder'),
    ...both,
    files: z.int().min(0),
    treeSha256: sha256Schema.meta({ description: 'Of the list of names, sizes and digests' }),
  }),
]);
export type CopyReceipt = z.infer<typeof copyReceipt>;

export const copyReceiptFormat = {
  file: 'copy-receipt.v1.json',
  title: 'Proof that a copy arrived',
  schema: copyReceipt,
} as const satisfies Format;
