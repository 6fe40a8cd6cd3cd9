import type { PeImage, Section } from './pe-image.ts';
import type { Resources } from './pe-resources.ts';

/** What a release's executable is held to. */
export interface Expectations {
  /** As `package.json` has it. */
  readonly version: string;
  /** Oldest Windows build it has to start on. */
  readonly oldestBuild: number;
  readonly mostBytes: number;
  /** Whether it has been signed; a signature where there should be none is left over from the runtime. */
  readonly signed: boolean;
}

/** A part of the file, for the size report. */
export interface ExecutablePart {
  readonly name: string;
  readonly sizeBytes: number;
  /** Bits a byte, 0 to 8. */
  readonly entropy: number;
}

/** What the rules look at. */
export interface Linted {
  readonly file: Uint8Array;
  readonly image: PeImage;
  readonly resources: Resources;
  readonly parts: readonly ExecutablePart[];
  readonly expectations: Expectations;
}

/** How a section is named where several have one name. */
export const sectionLabel = (section: Section): string => `${section.name} at 0x${section.virtualAddress.toString(16)}`;
