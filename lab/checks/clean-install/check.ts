import type { Call } from '../../core/call.ts';
import type { Check, EvidenceSink, Guest, GuestFiles } from '../../core/check.ts';
import { LabError } from '../../core/error.ts';
import { type RemotePath, checkId, joinRemote } from '../../core/ids.ts';
import type { RunningService } from '../../core/stand-in.ts';
import type { GuestDescription, UnpackReceipt } from '../../core/toolkit.ts';
import { compareTrees, treeOf } from './compare-trees.ts';
import { type CleanInstallFacts, cleanInstallFacts } from './facts.ts';
import { cleanInstallHighlights } from './highlights.ts';
import { judgeCleanInstall } from './judge.ts';
import { findKey } from './find-key.ts';
import { keepKey } from './keep-key.ts';
import { matchLibrary } from './match-library.ts';
import { libraryIn, organizeLibrary } from './organize-library.ts';
import { type ProgramEvents, eventsOf } from './program-events.ts';
import { type ProgramRunner, type Ran, controlArguments, controlText, eventRun, programFactsOf, programRunner } from './run-program.ts';
import { clip, sample } from './sample.ts';
import { sampleFiles } from './sample-library.ts';
import { undoOrganize } from './undo-organize.ts';
import { type SystemSnapshot, changesSince, newSince, systemRoots, takeSnapshot } from './system-snapshot.ts';

/** Most files a bundle may have. */
const MOST_BUNDLE_FILES = 20_000;
/** The manifest lists every file but itself. */
const MANIFEST = 'manifest.json';
/** Commands that the help must name. */
const COMMANDS = ['scan', 'match', 'organize', 'rollback', 'settings', 'verify'] as const;
/** Where the program keeps what it needs between runs, below the local application data. */
const STATE_FOLDER = 'AniVault';
/** Of the form of a key to TMDB; used where no stand-in has one of its own. */
const MADE_UP_KEY = 'c0ffee'.repeat(6).slice(0, 32);
/** Packages with native parts that the release is made of. */
const NATIVE_PACKAGES = ['anitomyscript', 'sodium-native'] as const;

/** Unpacks the release on a guest that never had it, works with it, and looks at what that did to the guest. */
export const cleanInstall: Check<CleanInstallFacts> = {
  id: checkId('clean-install'),
  title: 'Clean install',
  question:
    'Does the archive unpack to exactly the released files on a machine that never had them, does the program do real work there with nothing but Windows, and what does it leave behind?',
  startsFrom: 'pristine',
  lane: 'guest',
  needsIsolation: true,
  facts: cleanInstallFacts,
  appliesTo: () => undefined,
  probe,
  judge: judgeCleanInstall,
  highlights: cleanInstallHighlights,
};

async function probe(guest: Guest, evidence: EvidenceSink, call: Call): Promise<CleanInstallFacts> {
  const { toolkit, bundle, installDirectory, scratch } = guest;
  const description = await toolkit.describe(call);
  const roots = systemRoots(description);
  const excluded = [installDirectory, scratch];
  const untouched = await takeSnapshot(guest, roots, excluded, call);

  const receipt = await unpackArchive(guest, call);
  const unpacked = await lookAtInstall(guest, call);
  await toolkit.makeTree(libraryIn(scratch), sampleFiles, call);
  const programs = programRunner(guest, scratch, call);
  const control = await programs.control();
  await using service = await guest.testService?.start(call);
  const before = await takeSnapshot(guest, roots, excluded, call);

  const version = await programs.product(['--version']);
  const help = await programs.product(['--help']);
  const components = await verifyComponents(programs, evidence);
  const completion = await askCompletion(programs);
  const key = service?.key ?? MADE_UP_KEY;
  const settings = await keepKey(key, programs, evidence);
  const matching = await tryMatching(guest, programs, service, evidence, call);
  const organized = await organizeLibrary(guest, programs, evidence, call);
  const rollback = await undoOrganize(guest, programs, organized, evidence, call);
  const absentArgs = ['scan', joinRemote(scratch, 'no-such-folder')];
  const absent = await programs.product(absentArgs);

  const after = await takeSnapshot(guest, roots, excluded, call);
  const used = await lookAtInstall(guest, call);
  const { gone, changed } = changesSince(before, after);
  const state = await readState(guest, description, after, call);
  const remaining: string[] = [];
  for (const root of excluded) {
    if (!(await canRemove(guest, root, call))) remaining.push(root);
    const { entries } = await toolkit.listTree(root, { hash: false, maxEntries: MOST_BUNDLE_FILES }, call);
    remaining.push(...entries.map((entry) => `${root}\\${entry.path}`));
  }

  return {
    $schema: 'facts/clean-install.v1.json',
    bundle: { product: bundle.product.name, version: bundle.product.version, digest: bundle.digest },
    guest: guestFacts(guest, description),
    unpacked: {
      tool: receipt.tool,
      ...(receipt.refused === undefined ? {} : { refused: receipt.refused }),
      durationMs: receipt.durationMs,
      files: bundle.files.length,
      matching: bundle.files.length - unpacked.difference.missing.count - unpacked.difference.changed.count,
      difference: unpacked.difference,
      complete: unpacked.complete,
    },
    control: {
      program: programFactsOf(controlArguments, control),
      expectedOutput: control.exitCode === 0 && control.stdout.trim() === controlText,
    },
    version: versionFacts(version, bundle.product.version),
    help: { program: programFactsOf(['--help'], help), missingCommands: notListed(help.stdout) },
    components,
    ...organized.facts,
    completion,
    settings,
    matching,
    rollback,
    key: {
      outputs: programs.printed().length,
      files: state.files.size,
      sizeBytes: [...state.files.values()].reduce((sum, bytes) => sum + bytes.length, 0),
      complete: state.complete,
      found: sample(findKey(key, programs.printed(), state.files)),
    },
    absentFolder: { program: programFactsOf(absentArgs, absent), isNamed: absent.stderr.includes('no-such-folder') },
    install: { afterRuns: used.difference, complete: used.complete },
    system: {
      roots: roots.map((root) => ({ ...root })),
      excluded,
      incomplete: [...new Set([untouched, before, after].flatMap((snapshot) => snapshot.incomplete))],
      entriesBefore: before.entries.size,
      restless: newSince(untouched, before),
      leftovers: newSince(before, after),
      changed: sample(changed),
      gone: sample(gone),
    },
    removal: {
      removed: excluded,
      remaining: sample(remaining),
    },
  };
}

/** Without a stand-in nobody can be asked, and that is told. */
async function tryMatching(
  guest: Guest,
  programs: ProgramRunner,
  service: RunningService | undefined,
  evidence: EvidenceSink,
  call: Call,
): Promise<CleanInstallFacts['matching']> {
  const { testService } = guest;
  if (testService === undefined || service === undefined)
    return { state: 'not-tried', reason: 'the configuration names nothing that stands in for the service: `product.testService`' };
  const { environment } = service;
  const stop = async (): Promise<void> => service[Symbol.asyncDispose]();
  return await matchLibrary(guest, programs, { name: testService.name, environment, stop }, evidence, call);
}

async function askCompletion(programs: ProgramRunner): Promise<CleanInstallFacts['completion']> {
  const args = ['completion', 'powershell'];
  const result = await programs.product(args);
  return { program: programFactsOf(args, result), missingCommands: COMMANDS.filter((command) => !result.stdout.includes(`'${command}'`)) };
}

/** What the program keeps, as it left it. */
async function readState(guest: Guest, { localAppData }: GuestDescription, after: SystemSnapshot, call: Call): Promise<GuestFiles> {
  const folder = joinRemote(localAppData, STATE_FOLDER);
  return after.entries.has(folder.toLowerCase()) ? await guest.readFiles(folder, call) : { files: new Map(), complete: true };
}

/** A folder that the guest cannot remove is held by something that the program left running: the control program went before it without a trace. */
async function canRemove({ toolkit }: Guest, root: RemotePath, call: Call): Promise<boolean> {
  try {
    await toolkit.remove(root, call);
    return true;
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'toolkit.verb-failed') throw error;
    return false;
  }
}

/** An archive that the guest refuses is the release's fault: its digest was checked when it arrived. */
async function unpackArchive(
  { toolkit, archive, installDirectory }: Guest,
  call: Call,
): Promise<Pick<UnpackReceipt, 'tool' | 'durationMs'> & { readonly refused?: string }> {
  try {
    return await toolkit.unpack(archive, installDirectory, call);
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'toolkit.archive-refused') throw error;
    return { tool: 'none', durationMs: 0, refused: clip(error.message) };
  }
}

/** Compares the unpacked files with the manifest, digest by digest. */
async function lookAtInstall(
  guest: Guest,
  call: Call,
): Promise<CleanInstallFacts['install'] & { readonly difference: CleanInstallFacts['install']['afterRuns'] }> {
  const { entries, complete } = await guest.toolkit.listTree(guest.installDirectory, { hash: true, maxEntries: MOST_BUNDLE_FILES }, call);
  const found = new Map([...treeOf(entries)].filter(([path]) => path !== MANIFEST));
  const difference = compareTrees(new Map(guest.bundle.files.map((file) => [file.path, file.sha256])), found);
  return { afterRuns: difference, difference, complete };
}

/** Commands that the help has no line for. A word in a sentence is none. */
const notListed = (help: string): string[] => COMMANDS.filter((command) => !new RegExp(`^ {2}${command}\\b`, 'm').test(help));

function versionFacts(result: Ran, version: string): CleanInstallFacts['version'] {
  const firstLine = clip(result.stdout.split(/\r?\n/, 1)[0] ?? '');
  // anivault 0.1.0 (…)
  const words = firstLine.split(/[\s,;()]+/).map((word) => word.replace(/^v/, ''));
  return { program: programFactsOf(['--version'], result), firstLine, hasVersion: words.includes(version) };
}

async function verifyComponents(programs: ProgramRunner, evidence: EvidenceSink): Promise<CleanInstallFacts['components']> {
  const args = ['verify', '--components', '--json'];
  const result = await programs.product(args);
  await evidence.add('verify --components', 'application/x-ndjson', result.stdout);
  const { facts, events } = eventRun(args, result, 'verify-summary', componentDisagreements);
  const working = eventsOf('verify-summary', events)[0]?.working;
  return {
    run: facts,
    expected: [...NATIVE_PACKAGES],
    found: eventsOf('component', events)
      .slice(0, 50)
      .map((found) => ({
        package: clip(found.package, 200),
        kind: clip(found.kind, 40),
        version: clip(found.version, 80),
        origin: clip(found.origin, 40),
        works: found.works,
        trial: clip(found.trial),
      })),
    ...(working === undefined ? {} : { working }),
  };
}

function componentDisagreements(events: ProgramEvents): readonly string[] {
  const found = eventsOf('component', events);
  const working = found.filter((component) => component.works).length;
  const summary = eventsOf('verify-summary', events)[0];
  return summary?.components === found.length && summary.working === working
    ? []
    : [`the summary says ${summary?.working} of ${summary?.components} work, the events are ${working} of ${found.length}`];
}

function guestFacts(guest: Guest, description: GuestDescription): CleanInstallFacts['guest'] {
  const { osVersion, productName, architecture, emulator, userProfile, networkInterfaces } = description;
  return {
    os: guest.spec.os,
    osVersion,
    productName,
    architecture,
    ...(emulator === undefined ? {} : { emulator }),
    userProfile,
    networkInterfaces: [...networkInterfaces],
  };
}
