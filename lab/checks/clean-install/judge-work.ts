import type { Finding } from '../../core/outcome.ts';
import type { CleanInstallFacts } from './facts.ts';
import { none, unchanged, when } from './findings.ts';
import { CONFLICT, PLANNED, SCANNED, SUCCESS, judgeEvents } from './judge-run.ts';

const KEEP = 'A dry run, a scan and a second run must leave every file alone.';

/** What the program did to the sample library. */
export function judgeWork({ library, scan, dryRun, apply, again }: CleanInstallFacts): readonly Finding[] {
  const toMove = Math.max(0, dryRun.moves - 1);
  return [
    ...unchanged(
      library.asMade,
      'library-differs',
      'The sample library is not as it was made',
      'Something in the guest changes files as they are written.',
    ),
    ...judgeEvents(scan.run, SCANNED, [
      ...none(
        scan.notReported,
        'scan-incomplete',
        'The scan does not report videos',
        'Every video of the folder must be reported, whatever its name.',
      ),
      ...none(
        scan.foreign,
        'scan-foreign',
        'The scan reports what is no video of the library',
        'Report paths as they are on the disk, and videos only.',
      ),
      ...none(
        scan.misread,
        'scan-misread',
        'Plain names were misread',
        'Look at the parser: these names follow the commonest pattern there is.',
      ),
      ...unchanged(scan.treeAfter, 'scan-changes', 'A scan changed the library', KEEP),
    ]),
    ...judgeEvents(dryRun.run, PLANNED, [
      ...none(dryRun.unaccounted, 'plan-incomplete', 'Videos are neither planned to move nor said to stay', 'Account for every video.'),
      ...none(dryRun.plainWithoutMove, 'plan-without', 'Plain names were given no place', 'Look at the parser and the naming.'),
      ...none(
        dryRun.bad,
        'plan-faulty',
        'Planned moves that must not be made',
        'A plan must name files that exist and give each a place of its own below the destination.',
      ),
      ...unchanged(dryRun.treeAfter, 'dry-run-changes', 'A dry run changed files', KEEP),
    ]),
    ...judgeEvents(apply.run, apply.occupied === undefined ? PLANNED : CONFLICT, [
      ...when(
        apply.occupied !== undefined && apply.moved !== toMove,
        'apply-count',
        `${apply.moved} files were said to be moved, ${toMove} were planned and free to move`,
        'Apply what the dry run showed.',
      ),
      ...none(apply.misplaced, 'apply-misplaced', 'Files are not where the plan said', 'Apply what the dry run showed.'),
      ...none(
        apply.lost,
        'apply-lost',
        'Files are lost: their content is nowhere any more',
        'Never remove a file before its copy is verified.',
      ),
      ...none(
        apply.overwritten,
        'apply-overwrote',
        'A file that was in the way was not left alone',
        'Never overwrite: leave both files where they are and say so.',
      ),
      ...none(
        apply.unexpected,
        'apply-unexpected',
        'Files appeared that no plan named',
        'Write nothing into the library that the plan does not show.',
      ),
    ]),
    ...judgeEvents(again.run, apply.occupied === undefined ? PLANNED : CONFLICT, [
      ...when(again.moved > 0, 'again-moves', `A second run moved ${again.moved} files again`, KEEP),
      ...unchanged(again.treeAfter, 'again-changes', 'A second run changed files', KEEP),
    ]),
  ];
}

/** Whether everything that was organized could be taken back. */
export function judgeRollback({ rollback, apply }: CleanInstallFacts): readonly Finding[] {
  return [
    ...judgeEvents(rollback.dryRun, SUCCESS, [
      ...when(
        rollback.planned !== apply.moved,
        'rollback-incomplete',
        `The dry run of the rollback names ${rollback.planned} of the ${apply.moved} files that were moved`,
        'Every move is in the journal: all of them can be undone.',
      ),
      ...unchanged(rollback.treeAfterDryRun, 'rollback-dry-run-changes', 'The dry run of a rollback changed files', KEEP),
    ]),
    ...judgeEvents(rollback.run, SUCCESS, [
      ...when(
        rollback.undone !== apply.moved,
        'rollback-count',
        `${rollback.undone} files were said to be put back, ${apply.moved} had been moved`,
        'Undo what was applied.',
      ),
      ...unchanged(
        rollback.treeAfter,
        'rollback-differs',
        'After the rollback the library is not what it was before',
        'A rollback must end in exactly the start state, folders included.',
      ),
    ]),
  ];
}
