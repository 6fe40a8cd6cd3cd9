import { LabError } from '../../core/error.ts';
import type { Finding, Outcome } from '../../core/outcome.ts';
import type { Policy } from '../../core/policy.ts';
import { countDifferences } from './compare-trees.ts';
import type { CleanInstallFacts, EventRunFacts, ProgramFacts, Sampled, TreeDifference } from './facts.ts';
import { unwelcome } from './leftovers.ts';
import { MOST_SYSTEM_ENTRIES } from './system-snapshot.ts';

/** Exit codes that the command line's contract allows where everything went as it should. */
const SUCCESS = [0] as const;
/** Some files stay where they are: partial success. */
const SCANNED = [0, 10] as const;
/** A plan may find everything in order, something to leave, or files that want the same place. */
const PLANNED = [0, 6, 10] as const;
/** A file is in the way of a planned move: plan conflict. */
const CONFLICT = [6] as const;
/** A folder that does not exist is a fatal error. */
const FATAL = [1] as const;

/**
 * Passes only on content: files by their digests, output by what it says. A control program that did not work makes it inconclusive whatever else was
 * seen; then the product's faults count; then what could not be seen.
 */
export function judgeCleanInstall(facts: CleanInstallFacts, policy: Policy): Outcome {
  const { control } = facts;
  if (!control.expectedOutput || control.program.ended !== 'exited' || control.program.exitCode !== 0 || control.program.truncated) {
    const reason = `it ended with ${control.program.exitCode} and ${control.program.stdoutCharacters} characters of output`;
    return { kind: 'inconclusive', error: LabError.of('checks.control-failed', { control: 'cmd.exe', reason }).toData() };
  }
  // A program that does not start explains everything else.
  const isRunning = facts.version.program.ended !== 'not-started';
  const findings = [
    ...judgeFiles(facts),
    ...(isRunning ? [...judgePrograms(facts), ...judgeWork(facts), ...judgeUnasked(facts)] : judgeRun(facts.version.program, SUCCESS)),
    ...judgeSystem(facts, policy),
  ];
  if (findings.length > 0) return { kind: 'failed', findings };
  const unseen = [...facts.system.incomplete, ...(facts.unpacked.complete && facts.install.complete ? [] : ['the install directory'])];
  if (unseen.length > 0) {
    return {
      kind: 'inconclusive',
      error: LabError.of('checks.listing-incomplete', { what: unseen.join(', '), limit: MOST_SYSTEM_ENTRIES }).toData(),
    };
  }
  if (facts.apply.occupied === undefined) {
    return {
      kind: 'inconclusive',
      error: LabError.of('checks.nothing-to-occupy', { path: 'the sample that was to be disturbed' }).toData(),
    };
  }
  return { kind: 'passed' };
}

const fault = (code: string, message: string, fix: string): Finding => ({ code: `clean-install.${code}`, severity: 'error', message, fix });

const when = (isFault: boolean, code: string, message: string, fix: string): readonly Finding[] =>
  isFault ? [fault(code, message, fix)] : [];

/** One finding when there is anything in `items`, with the first of them. */
const none = ({ count, first }: Sampled, code: string, message: string, fix: string): readonly Finding[] =>
  when(count > 0, code, `${message} (${count}): ${first.slice(0, 3).join('; ')}`, fix);

function unchanged(difference: TreeDifference, code: string, message: string, fix: string): readonly Finding[] {
  const { missing, extra, changed } = difference;
  const examples = [
    ...missing.first.map((path) => `missing ${path}`),
    ...changed.first.map((path) => `changed ${path}`),
    ...extra.first.map((path) => `extra ${path}`),
  ];
  return when(
    countDifferences(difference) > 0,
    code,
    `${message}: ${missing.count} missing, ${changed.count} changed, ${extra.count} extra (${examples.slice(0, 3).join('; ')})`,
    fix,
  );
}

function judgeFiles({ unpacked, install, removal }: CleanInstallFacts): readonly Finding[] {
  if (unpacked.refused !== undefined) {
    return [
      fault(
        'archive-refused',
        `The archive does not unpack: ${unpacked.refused}`,
        'Make the bundle again, and look at the archive with another tool.',
      ),
    ];
  }
  return [
    ...unchanged(
      unpacked.difference,
      'bundle-differs',
      'The archive does not unpack to the files of the manifest',
      'Make the bundle again; the manifest and the archive must come from the same build.',
    ),
    ...when(
      unpacked.files === 0 || unpacked.matching !== unpacked.files,
      'bundle-unverified',
      `Only ${unpacked.matching} of ${unpacked.files} files of the manifest were found with their SHA-256`,
      'Make the bundle again.',
    ),
    ...unchanged(
      install.afterRuns,
      'install-changed',
      'The program changes its own folder',
      'Keep state in the user profile: an installed program may lie in a folder that it cannot write to.',
    ),
    ...none(
      removal.remaining,
      'not-removable',
      'Files stay after the folders of the program and of the check were removed',
      'Look for a process of the program that still runs and holds them.',
    ),
  ];
}

function judgePrograms({ version, help, components, absentFolder, bundle }: CleanInstallFacts): readonly Finding[] {
  const isWorking = (name: string): boolean =>
    components.found.some((found) => found.package === name && found.works && found.origin === 'embedded' && found.trial !== '');
  const broken = components.found.filter((found) => !found.works).map((found) => found.package);
  return [
    ...judgeRun(
      version.program,
      SUCCESS,
      when(
        !version.hasVersion,
        'wrong-version',
        `--version does not say ${bundle.version}: ${JSON.stringify(version.firstLine)}`,
        'The executable and the manifest are not of the same build.',
      ),
    ),
    ...judgeRun(
      help.program,
      SUCCESS,
      when(
        help.missingCommands.length > 0,
        'help-incomplete',
        `--help does not name ${help.missingCommands.join(', ')}`,
        'Describe every command in the help.',
      ),
    ),
    ...judgeEvents(components.run, SUCCESS, [
      ...when(
        components.working !== components.found.length,
        'component-count',
        `The summary counts ${components.working ?? 'no'} working parts and ${components.found.length} were reported`,
        'Report every native part and count it.',
      ),
      ...components.expected
        .filter((name) => !isWorking(name))
        .map((name) =>
          fault(
            'component-missing',
            `The native part of ${name} was not loaded from the executable and exercised`,
            'Embed it, and have `verify --components` load and try it.',
          ),
        ),
      ...when(
        broken.length > 0,
        'component-broken',
        `Native parts that do not work: ${broken.join(', ')}`,
        'Run `verify --components` on such a guest and mend what it says.',
      ),
    ]),
    ...judgeRun(
      absentFolder.program,
      FATAL,
      when(
        absentFolder.program.stderrCharacters === 0 || !absentFolder.isNamed,
        'silent-error',
        'An absent folder is not named on standard error',
        'Say what was not found and what to do.',
      ),
    ),
  ];
}

const KEEP = 'A dry run, a scan and a second run must leave every file alone.';

function judgeWork({ library, scan, dryRun, apply, again }: CleanInstallFacts): readonly Finding[] {
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

function judgeSystem(facts: CleanInstallFacts, policy: Policy): readonly Finding[] {
  const { leftovers, changed, gone } = facts.system;
  const left = unwelcome(facts, policy.allowedLeftovers);
  const bytes = left.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  return [
    ...when(
      left.length > 0,
      'leftovers',
      `The program leaves ${left.length} ${left.length === 1 ? 'entry' : 'entries'} (${bytes} bytes) that the policy does not allow: ${left
        .slice(0, 3)
        .map((entry) => entry.path)
        .join('; ')}`,
      'Remove them before the program ends, or allow them in `policy.allowedLeftovers`.',
    ),
    ...when(
      leftovers.count !== leftovers.listed.length,
      'leftovers-many',
      `The program leaves ${leftovers.count} entries, more than the lab keeps`,
      'A program that ran a minute should not leave hundreds of files.',
    ),
    ...none(changed, 'system-changed', 'Files outside the program’s own folders changed', 'Leave other programs’ files alone.'),
    ...none(gone, 'system-gone', 'Files outside the program’s own folders are gone', 'Leave other programs’ files alone.'),
  ];
}

/** What a run shows by itself, and what was found in what it did. Of a run that was not made there is nothing to say. */
function judgeRun(program: ProgramFacts, allowed: readonly number[], found: readonly Finding[] = []): readonly Finding[] {
  if (program.ended === 'not-run') return [];
  const line = program.args.map((arg) => (arg.includes(' ') ? `"${arg}"` : arg)).join(' ');
  return [
    ...when(
      program.ended === 'not-started',
      'does-not-start',
      `\`${line}\` could not be started: ${program.stderrStart.slice(0, 200)}`,
      'Look at the executable: is it whole, and for this system?',
    ),
    ...when(
      program.ended === 'timed-out',
      'hangs',
      `\`${line}\` did not end by itself within ${Math.round(program.durationMs / 1000)} s`,
      'Run it in such a guest and see what it waits for.',
    ),
    ...when(
      program.ended === 'exited' && !allowed.includes(program.exitCode),
      'exit-code',
      `\`${line}\` ended with ${program.exitCode}, the contract allows ${allowed.join(', ')}: ${program.stderrStart.trim().slice(0, 160) || 'nothing on standard error'}`,
      'See the exit codes in the contract of the command line.',
    ),
    ...when(
      program.truncated,
      'too-much-output',
      `\`${line}\` printed more than the lab keeps`,
      'Forty small files need no megabyte of output.',
    ),
    ...found,
  ];
}

/** Every run of the program that could have been made after one that hung, and was not. */
function judgeUnasked(facts: CleanInstallFacts): readonly Finding[] {
  const { version, help, components, scan, dryRun, apply, again, absentFolder } = facts;
  const programs = [version, help, components.run, scan.run, dryRun.run, apply.run, again.run, absentFolder].map(({ program }) => program);
  const unasked = programs.filter((program) => program.ended === 'not-run');
  return when(
    unasked.length > 0,
    'not-run',
    `The program had hung, so ${unasked.length} of its ${programs.length} commands were not run: ${unasked.map((program) => `\`${program.args[0] ?? ''}\``).join(', ')}`,
    'Mend what hangs first; then the others are tried again.',
  );
}

function judgeEvents(run: EventRunFacts, allowed: readonly number[], found: readonly Finding[]): readonly Finding[] {
  return judgeRun(run.program, allowed, [
    ...none(
      run.problems,
      'output-invalid',
      `\`${run.program.args[0]}\` prints what its contract does not allow`,
      'Every line must be valid against cli-event.v1.json, the last one a summary that agrees with the others.',
    ),
    ...found,
  ]);
}
