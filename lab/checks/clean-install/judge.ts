import { LabError } from '../../core/error.ts';
import type { Finding, Outcome } from '../../core/outcome.ts';
import type { Policy } from '../../core/policy.ts';
import type { CleanInstallFacts } from './facts.ts';
import { fault, none, unchanged, when } from './findings.ts';
import { FATAL, SUCCESS, judgeEvents, judgeRun } from './judge-run.ts';
import { judgeService } from './judge-matching.ts';
import { judgeRollback, judgeWork } from './judge-work.ts';
import { unwelcome } from './leftovers.ts';
import { MOST_SYSTEM_ENTRIES } from './system-snapshot.ts';

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
    ...(isRunning
      ? [...judgePrograms(facts), ...judgeService(facts), ...judgeWork(facts), ...judgeRollback(facts), ...judgeUnasked(facts)]
      : judgeRun(facts.version.program, SUCCESS)),
    ...judgeSystem(facts, policy),
  ];
  if (findings.length > 0) return { kind: 'failed', findings };
  const unseen = [
    ...facts.system.incomplete,
    ...(facts.unpacked.complete && facts.install.complete ? [] : ['the install directory']),
    // A key was kept, so there must be a file that it is in.
    ...(facts.key.complete && facts.key.files > 0 && facts.key.outputs > 0 ? [] : ['what the program keeps and prints']),
  ];
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

function judgePrograms({ version, help, components, completion, absentFolder, bundle }: CleanInstallFacts): readonly Finding[] {
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
    ...judgeRun(
      completion.program,
      SUCCESS,
      when(
        completion.missingCommands.length > 0,
        'completion-incomplete',
        `\`completion powershell\` does not know ${completion.missingCommands.join(', ')}`,
        'Make completions of the same list as the help.',
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
      'A program that ran a minute should not leave thousands of files.',
    ),
    ...none(changed, 'system-changed', 'Files outside the program’s own folders changed', 'Leave other programs’ files alone.'),
    ...none(gone, 'system-gone', 'Files outside the program’s own folders are gone', 'Leave other programs’ files alone.'),
  ];
}

/** Every run of the program that could have been made after one that hung, and was not. */
function judgeUnasked(facts: CleanInstallFacts): readonly Finding[] {
  const { version, help, components, completion, settings, matching, scan, dryRun, apply, again, rollback, absentFolder } = facts;
  const matches = matching.state === 'tried' ? [matching.first.run, matching.again.run] : [];
  const events = [
    components.run,
    settings.keep,
    settings.shown,
    ...matches,
    scan.run,
    dryRun.run,
    apply.run,
    again.run,
    rollback.dryRun,
    rollback.run,
  ];
  const programs = [version, help, completion, ...events, absentFolder].map(({ program }) => program);
  const unasked = programs.filter((program) => program.ended === 'not-run');
  return when(
    unasked.length > 0,
    'not-run',
    `The program had hung, so ${unasked.length} of its ${programs.length} commands were not run: ${unasked.map((program) => `\`${program.args[0] ?? ''}\``).join(', ')}`,
    'Mend what hangs first; then the others are tried again.',
  );
}
