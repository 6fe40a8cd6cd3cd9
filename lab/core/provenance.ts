import { z } from 'zod';
import { type BundleArchive, type BundleManifest, sha256Schema } from './bundle.ts';
import type { Format } from './formats.ts';

const digest = z.strictObject({ sha256: sha256Schema });
const artifact = z.strictObject({
  name: z.string().optional(),
  uri: z.string().optional(),
  digest: z.record(z.string(), z.string()).optional(),
});

/** Where a release came from: an in-toto Statement v1 with the SLSA provenance predicate v1 (slsa.dev/spec/v1.0/provenance). */
export const provenance = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z
    .array(z.strictObject({ name: z.string(), digest }))
    .min(1)
    .meta({ description: 'The executable and the archives, sorted by name' }),
  predicateType: z.literal('https://slsa.dev/provenance/v1'),
  predicate: z.strictObject({
    buildDefinition: z.strictObject({
      buildType: z.literal('urn:anivault-lab:build:v1'),
      externalParameters: z.strictObject({
        product: z.string(),
        version: z.string(),
        commit: z.string(),
        configuration: digest.meta({ description: 'SHA-256 of lab.config.json' }),
        lockFile: digest.optional().meta({ description: 'SHA-256 of package-lock.json' }),
      }),
      resolvedDependencies: z.array(artifact).meta({ description: 'The commit, and every component that is inside the executable' }),
    }),
    runDetails: z.strictObject({
      builder: z.strictObject({ id: z.literal('urn:anivault-lab:builder:v1'), version: z.record(z.string(), z.string()) }),
      byproducts: z.array(artifact).meta({ description: 'The bundle: its digest is that of all its files' }),
    }),
  }),
});
export type Provenance = z.infer<typeof provenance>;

export const provenanceFormat = { file: 'provenance.v1.json', title: 'Provenance of a release', schema: provenance } satisfies Format;

/** What provenance is made of. */
export interface ProvenanceFacts {
  readonly manifest: BundleManifest;
  readonly archives: readonly Pick<BundleArchive, 'fileName' | 'sha256'>[];
  readonly components: readonly { readonly purl: string; readonly files?: readonly { readonly sha256: string }[] }[];
  readonly configurationSha256: string;
  readonly lockFileSha256?: string;
  readonly labVersion: string;
}

/** The statement. Pure, and without a time: the same release has the same provenance. Throws `TypeError` when the manifest lists no executable. */
export function makeProvenance(facts: ProvenanceFacts): Provenance {
  const { manifest, archives, components } = facts;
  const { product, commit } = manifest;
  const executable = manifest.files.find(({ path }) => path === product.executable);
  if (executable === undefined) throw new TypeError('the manifest lists no executable');
  const subject = [
    { name: product.executable, sha256: executable.sha256 },
    ...archives.map(({ fileName, sha256 }) => ({ name: fileName, sha256 })),
  ]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, sha256 }) => ({ name, digest: { sha256 } }));
  const hash = commit.replace(/\+changes$/, '');
  return provenance.parse({
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:anivault-lab:build:v1',
        externalParameters: {
          product: product.name,
          version: product.version,
          commit,
          configuration: { sha256: facts.configurationSha256 },
          ...(facts.lockFileSha256 === undefined ? {} : { lockFile: { sha256: facts.lockFileSha256 } }),
        },
        resolvedDependencies: [
          ...(/^[0-9a-f]{40,64}$/.test(hash) ? [{ name: 'source', digest: { gitCommit: hash } }] : []),
          ...components.map(({ purl, files = [] }) => ({
            uri: purl,
            ...(files.length === 1 ? { digest: { sha256: files[0]?.sha256 } } : {}),
          })),
        ],
      },
      runDetails: {
        builder: {
          id: 'urn:anivault-lab:builder:v1',
          version: { 'anivault-lab': facts.labVersion, [manifest.packager.name]: manifest.packager.runtime },
        },
        byproducts: [{ name: 'bundle', digest: { sha256: manifest.digest } }],
      },
    },
  });
}
