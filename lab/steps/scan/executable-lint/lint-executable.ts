import type { ScanFinding } from '../../../core/scan.ts';
import { scanFindingOf } from '../scan-finding.ts';
import { entropyOf } from './entropy.ts';
import type { ExecutablePart, Expectations, Linted } from './linted.ts';
import { type PeImage, readPeImage } from './pe-image.ts';
import { readResources } from './pe-resources.ts';
import { type Rule, rules } from './rules.ts';

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
