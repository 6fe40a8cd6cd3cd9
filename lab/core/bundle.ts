import { z } from 'zod';
import type { LocalPath, Sha256 } from './ids.ts';

export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => text as Sha256);

/** One file of the bundle. Paths use `/`. */
export const bundleFile = z.strictObject({
  path: z.string(),
  sizeBytes: z.int().min(0),
  sha256: sha256Schema,
  role: z.enum(['executable', 'licence', 'schema', 'documentation', 'changelog', 'guidance', 'sbom', 'checksums']),
});
export type BundleFile = z.infer<typeof bundleFile>;

/** `manifest.json` beside and inside a bundle: what a release consists of, under one digest. */
export const bundleManifest = z.strictObject({
  $schema: z.literal('bundle-manifest.v1.json'),
  product: z.strictObject({
    name: z.string(),
    version: z.string(),
    executable: z.string().meta({ description: 'Path of the executable in the bundle' }),
  }),
  target: z.strictObject({ os: z.literal('windows'), architecture: z.literal('x64') }),
  commit: z.string().meta({
    description: 'Git commit it was built from; `unknown` outside a repository; `+changes` is appended when the tree was not clean',
  }),
  packager: z.strictObject({
    name: z.string(),
    runtime: z.string(),
    reason: z.string().optional().meta({ description: 'Why this packager: what was asked for, or what failed before' }),
    limits: z.array(z.string()).optional().meta({ description: 'What its executables cannot do, or let happen; a sentence each' }),
  }),
  files: z.array(bundleFile).min(1).meta({ description: 'Every file but this one, sorted by path (code points)' }),
  digest: sha256Schema.meta({ description: 'SHA-256 over the lines `<sha256>  <path>\\n` of `files` in order' }),
});
export type BundleManifest = z.infer<typeof bundleManifest>;

/** An archive of a bundle's files. */
export interface BundleArchive {
  readonly path: LocalPath;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
}

/** A verified release: what it consists of, and the zip that guests get. */
export interface Release {
  readonly manifest: BundleManifest;
  /** The bundle's files as one deterministic zip. */
  readonly archive: BundleArchive;
}

/** A bundle on the host's disk, complete and verified against its manifest. */
export interface Bundle extends Release {
  /** The bundle's files as a directory. */
  readonly directory: LocalPath;
  /** The same files as `.tar.gz`, where it was asked for. */
  readonly tarball?: BundleArchive;
}

/** The text whose SHA-256 is the bundle's digest. */
export const digestText = (files: readonly { readonly path: string; readonly sha256: string }[]): string =>
  files.map((file) => `${file.sha256}  ${file.path}\n`).join('');
