import type { FactLine } from '../../core/fact-line.ts';
import { countDifferences } from './compare-trees.ts';
import type { CleanInstallFacts, TreeDifference } from './facts.ts';

/** What a reader wants to know first of a clean install. */
export function cleanInstallHighlights(facts: CleanInstallFacts): readonly FactLine[] {
  const { unpacked, version, components, scan, library, dryRun, apply, rollback, settings, key, system, removal } = facts;
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
    matched(facts.matching),
    {
      label: 'Rolled back',
      value: `${rollback.undone} of ${apply.moved} files`,
      note: isNone(rollback.treeAfter) ? 'every file and folder is as it was before, dry run first' : 'the library is not as it was before',
    },
    {
      label: 'Key to the service',
      value:
        key.found.count > 0
          ? `in clear text in ${key.found.count} places`
          : settings.keyFrom === 'settings'
            ? 'kept, and nowhere to be read'
            : 'not kept',
      note: `looked for in ${key.outputs} outputs and ${key.files} files`,
    },
    {
      label: 'Left behind',
      value: leftBehind(system.leftovers, facts.guest.userProfile),
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

function matched(matching: CleanInstallFacts['matching']): FactLine {
  if (matching.state === 'not-tried') return { label: 'Matched', value: 'not tried', note: matching.reason };
  const { service, first, again } = matching;
  return {
    label: 'Matched',
    value: `${first.knownNames - first.mistaken.count} of ${first.knownNames} known names`,
    note: `against a stand-in for ${service}; ${again.hits} of ${again.hits + again.misses} answers from the cache once it was gone`,
  };
}

const isNone = (difference: TreeDifference): boolean => countDifferences(difference) === 0;

/** Files by the folder of the user's local data that they are in: what is kept between runs is told apart from all else. */
function leftBehind({ count, sizeBytes, listed }: CleanInstallFacts['system']['leftovers'], userProfile: string): string {
  if (count === 0) return 'nothing';
  const kept = `${userProfile}\\AppData\\Local\\AniVault\\`.toLowerCase();
  const all = listed.filter((entry) => entry.kind === 'file');
  const inState = all.filter(({ path }) => path.toLowerCase().startsWith(kept));
  const groups = new Map<string, number>();
  for (const { path } of inState) {
    const group = path.slice(kept.length).split('\\', 1)[0] ?? '';
    groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  const names = [...groups].toSorted(([, a], [, b]) => b - a).map(([name, files]) => (files === 1 ? name : `${name} (${files})`));
  const elsewhere = all.length - inState.length;
  return `${all.length} files, ${(sizeBytes / 1024 / 1024).toFixed(1)} MiB: ${[...names.slice(0, 8), ...(elsewhere > 0 ? [`elsewhere (${elsewhere})`] : [])].join(', ')}`;
}
