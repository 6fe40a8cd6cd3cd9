import type { ScanFinding } from '../../../core/scan.ts';
import { scanFindingOf } from '../scan-finding.ts';
import { entropyOf } from './entropy.ts';
import { type PeImage, type Section, readPeImage } from './pe-image.ts';
import { type Resources, readResources } from './pe-resources.ts';
import { type Rule, rules } from './rules.ts';

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

/** All that is wrong with an executable, and where its bytes are. Pure; takes about a second for a hundred megabytes. */
export function lintExecutable(
  file: Uint8Array,
  path: string,
  expectations: Expectations,
): { readonly findings: readonly ScanFinding[]; readonly parts: readonly ExecutablePart[] } {
  let linted: Linted;
  try {
    const image = readPeImage(file);
    linted = { file, image, resources: readResources(file), parts: partsOf(file, image), expectations };
  } catch (error) {
    const message = `${path} cannot be read as a 64-bit Windows executable: ${error instanceof Error ? error.message : String(error)}`;
    return {
      findings: [
        scanFindingOf('executable-lint.not-an-executable', 'error', message, 'Build it anew; the file is damaged or something else.', {
          path,
        }),
      ],
      parts: [],
    };
  }
  return { findings: rules.flatMap((rule) => findingsOf(rule, linted, path)), parts: linted.parts };
}

function findingsOf(rule: Rule, linted: Linted, path: string): readonly ScanFinding[] {
  return rule.look(linted).map((found) =>
    scanFindingOf(`executable-lint.${rule.code}`, rule.severity, found.message, rule.fix, {
      path,
      ...(found.part === undefined ? {} : { part: found.part }),
    }),
  );
}

/** Headers, sections and what comes after them, in the order of the file; together they are the file. */
function partsOf(file: Uint8Array, image: PeImage): readonly ExecutablePart[] {
  const part = (name: string, from: number, to: number): ExecutablePart => ({
    name,
    sizeBytes: to - from,
    entropy: entropyOf(file.subarray(from, to)),
  });
  const sections = image.sections.filter(({ sizeBytes }) => sizeBytes > 0).toSorted((a, b) => a.offset - b.offset);
  const parts: ExecutablePart[] = [part('headers', 0, sections[0]?.offset ?? file.byteLength)];
  for (const section of sections) parts.push(part(section.name, section.offset, section.offset + section.sizeBytes));
  if (image.endOfSections < file.byteLength) parts.push(part('after the sections', image.endOfSections, file.byteLength));
  return parts;
}

/** How a section is named where several have one name. */
export const sectionLabel = (section: Section): string => `${section.name} at 0x${section.virtualAddress.toString(16)}`;
