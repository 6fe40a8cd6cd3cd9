import type { FactLine } from '../../core/fact-line.ts';
import type { CleanInstallFacts } from './facts.ts';

/** What a reader wants to know first of a clean install. */
export function cleanInstallHighlights(facts: CleanInstallFacts): readonly FactLine[] {
  const { unpacked, version, components, scan, library, dryRun, apply, system, removal } = facts;
  const working = components.found.filter((found) => found.works).map((found) => `${found.package} ${found.version}`);
  return [
    {
      label: 'Files verified by SHA-256',
      value: `${unpacked.matching} of ${unpacked.files}`,
      note: `unpacked by ${unpacked.tool} in ${Math.round(unpacked.durationMs)} ms`,
    },
    { label: 'Says it is', value: version.firstLine === '' ? 'nothing' : version.firstLine },
    { label: 'Native parts', value: `${working.length} of ${components.expected.length} work`, note: working.join(', ') },
    {
      label: 'Scanned',
      value: `${library.videos - scan.notReported.count} of ${library.videos} videos`,
      note: `${scan.plainNames - scan.misread.count} of ${scan.plainNames} plain names read right`,
    },
    {
      label: 'Organized',
      value: `${apply.moved} moved, ${dryRun.stays} left in place`,
      note: `${apply.lost.count} lost, ${apply.overwritten.count} overwritten, dry run first`,
    },
    {
      label: 'Left behind',
      value: leftBehind(system.leftovers),
      note: `${system.entriesBefore} entries of the system compared before and after`,
    },
    {
      label: 'After removal',
      value: removal.remaining.count === 0 ? 'nothing stays in its folders' : `${removal.remaining.count} entries stay`,
      note: removal.removed.join(', '),
    },
    { label: 'Network', value: facts.guest.networkInterfaces.join(', ') || 'no interface' },
  ];
}

function leftBehind({ count, sizeBytes, listed }: CleanInstallFacts['system']['leftovers']): string {
  const files = listed.filter((entry) => entry.kind === 'file');
  return count === 0
    ? 'nothing'
    : `${files.length} files, ${(sizeBytes / 1024 / 1024).toFixed(1)} MiB: ${files
        .slice(0, 3)
        .map((entry) => entry.path)
        .join(', ')}`;
}
