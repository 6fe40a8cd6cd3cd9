import { z } from 'zod';
import type { Format } from '../../core/formats.ts';
import type { LicencedComponent } from './licence-files.ts';

/** `THIRD_PARTY_LICENSES.json`: who made what is inside the executable, on what terms, and where the terms stand. */
export const thirdPartyLicences = z.strictObject({
  $schema: z.literal('third-party-licences.v1.json'),
  product: z.string(),
  version: z.string(),
  components: z.array(
    z.strictObject({
      kind: z.enum(['runtime', 'library', 'native']),
      name: z.string(),
      version: z.string(),
      purl: z.string(),
      licence: z.string().meta({ description: 'SPDX licence expression' }),
      texts: z.array(z.string()).min(1).meta({ description: 'Files in the bundle' }),
    }),
  ),
});
export type ThirdPartyLicences = z.infer<typeof thirdPartyLicences>;

/** The format of `THIRD_PARTY_LICENSES.json`. */
export const thirdPartyLicencesFormat = {
  file: 'third-party-licences.v1.json',
  title: 'Third-party licences of a bundle',
  schema: thirdPartyLicences,
} satisfies Format;

/** The list for a product, in the order of its components. */
export const thirdPartyLicencesOf = (
  product: { readonly name: string; readonly version: string },
  licenced: readonly LicencedComponent[],
): ThirdPartyLicences => ({
  $schema: 'third-party-licences.v1.json',
  product: product.name,
  version: product.version,
  components: licenced.map(({ component: { kind, name, version, purl, licence }, files }) => ({
    kind,
    name,
    version,
    purl,
    licence,
    texts: files.map(({ path }) => path),
  })),
});
