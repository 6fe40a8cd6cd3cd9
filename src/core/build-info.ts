/** A native part that was put into the executable, as the build saw it. */
export interface EmbeddedPart {
  /** Name of the asset. */
  readonly name: string;
  readonly package: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What the build says about itself. */
export interface BuildInfo {
  readonly version: string;
  readonly commit: string;
  /** When the commit was made, as an ISO 8601 instant; absent for a program that was built of other sources than a commit's. */
  readonly commitTime?: string;
  readonly packager: string;
  readonly nativeParts: readonly EmbeddedPart[];
}

/** Put in by the build in place of the name; a development tree has no such name. */
declare const PRODUCT_BUILD: BuildInfo | undefined;

/** The build this program comes from. In a development tree there is none, and version and commit say so. */
export const buildInfo: BuildInfo =
  typeof PRODUCT_BUILD === 'undefined'
    ? { version: '0.0.0-development', commit: 'unknown', packager: 'none', nativeParts: [] }
    : PRODUCT_BUILD;
