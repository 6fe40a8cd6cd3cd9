import { z } from 'zod';

/** Who answers for an exception, why there is one, and until when. */
export const exceptionTerms = {
  owner: z.string().min(1).meta({ description: 'Person who answers for it' }),
  reason: z.string().min(1).meta({ description: 'Why it is acceptable' }),
  expires: z.iso.date().meta({ description: 'Last day (UTC) on which it holds' }),
};

/** Which licences a release may contain. */
export const licencePolicy = z.strictObject({
  allow: z
    .array(z.string())
    .meta({ description: 'SPDX identifiers, with or without `WITH <exception>`; an expression must be satisfiable with these' }),
  deny: z
    .array(z.string())
    .default([])
    .meta({ description: 'SPDX identifiers that are refused even where another choice is allowed beside them with AND' }),
  exceptions: z
    .array(
      z.strictObject({
        purl: z.string().startsWith('pkg:').meta({ description: 'Component, with or without its version' }),
        ...exceptionTerms,
      }),
    )
    .default([])
    .meta({ description: 'Components that are accepted all the same' }),
});
export type LicencePolicy = z.infer<typeof licencePolicy>;

/** What is demanded of the scans of a release. */
export const scanPolicy = z.strictObject({
  failOn: z.enum(['error', 'warning', 'note']).default('error').meta({ description: 'Mildest finding that rejects a release' }),
  mayBeAbsent: z
    .array(z.strictObject({ scanner: z.string().meta({ description: 'Scanner that need not have run' }), ...exceptionTerms }))
    .default([])
    .meta({ description: 'Any other scanner that did not run blocks the release' }),
  suppressions: z
    .array(
      z.strictObject({
        scanner: z.string().meta({ description: 'Scanner that found it' }),
        code: z.string().meta({ description: 'Code of the finding' }),
        path: z
          .string()
          .optional()
          .meta({ description: 'File it stands in, `*` matches within a name and `**` across folders; absent: any' }),
        fingerprint: z.string().optional().meta({ description: 'This finding and no other of that code' }),
        ...exceptionTerms,
      }),
    )
    .default([])
    .meta({ description: 'Findings that are known and accepted; one that is past its day suppresses nothing' }),
});
export type ScanPolicy = z.infer<typeof scanPolicy>;
