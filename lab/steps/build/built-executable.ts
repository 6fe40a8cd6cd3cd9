import type { PackagerName } from '../../core/config.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';

/** A licence or notice text that must travel with a component. */
export interface LicenceText {
  /** As the component's author named it. */
  readonly fileName: string;
  readonly text: string;
}

/** Something somebody else made that is inside the executable. */
export interface Component {
  /** `runtime`: Node or Bun itself; `library`: bundled JavaScript; `native`: machine code or WebAssembly, and what is linked into it. */
  readonly kind: 'runtime' | 'library' | 'native';
  readonly name: string;
  readonly version: string;
  /** Package URL: `pkg:npm/commander@15.1.0`. */
  readonly purl: string;
  /** SPDX licence expression. */
  readonly licence: string;
  /** At least one. */
  readonly licenceTexts: readonly LicenceText[];
  /** For `runtime` and `native`: the files as they went in. */
  readonly files?: readonly { readonly name: string; readonly sha256: Sha256 }[];
}

/** Where the executable's bytes come from. The parts add up to its size. */
export interface ExecutableSizes {
  /** The runtime with its own resources, without its signature. */
  readonly runtimeBytes: number;
  /** The bundled program. */
  readonly programBytes: number;
  readonly nativePartsBytes: number;
  /** Version resource, icon, manifest, headers and padding. */
  readonly otherBytes: number;
}

/** An executable on the host's disk, read back and checked. */
export interface BuiltExecutable {
  readonly path: LocalPath;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
  /** Who signed it; absent when nobody did. */
  readonly signature?: {
    /** As Windows shows it: the subject of the certificate. */
    readonly signer: string;
    /** With a throw-away certificate that nobody trusts. */
    readonly rehearsal: boolean;
  };
  readonly packager: {
    readonly name: PackagerName;
    /** `node 26.10.0` */
    readonly runtime: string;
    /** Why it was this one: what was asked for, or what failed before. */
    readonly reason: string;
    /** What such an executable cannot do, or lets happen; a sentence each. */
    readonly limits: readonly string[];
  };
  /** Exactly what is inside: sorted by kind, name and version. The product's own code is not listed. */
  readonly components: readonly Component[];
  readonly sizes: ExecutableSizes;
}
