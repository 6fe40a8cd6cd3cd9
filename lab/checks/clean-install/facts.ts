import { z } from 'zod';
import { sha256Schema } from '../../core/bundle.ts';
import { windowsReleases } from '../../core/guest.ts';

const count = z.int().min(0);
const durationMs = z.number().min(0);

/** How many there are, and the first of them: what comes from a guest has no bound of its own. */
export const sampled = z.strictObject({ count, first: z.array(z.string().max(400)).max(12) });
export type Sampled = z.infer<typeof sampled>;

/** How a folder differs from what it should be or was. */
export const treeDifference = z.strictObject({ missing: sampled, extra: sampled, changed: sampled });
export type TreeDifference = z.infer<typeof treeDifference>;

/** One run of a program in the guest. */
export const programFacts = z.strictObject({
  args: z.array(z.string()),
  exitCode: count.meta({ description: '0 to 4294967295; says nothing of a program that was not started' }),
  ended: z
    .enum(['exited', 'timed-out', 'not-started', 'not-run'])
    .meta({ description: '`not-started`: the guest refused the file. `not-run`: the program had hung before and was not run again' }),
  truncated: z.boolean(),
  durationMs,
  stdoutCharacters: count,
  stderrCharacters: count,
  stderrStart: z.string().max(400),
});
export type ProgramFacts = z.infer<typeof programFacts>;

/** One run that prints NDJSON, and what became of its lines. */
export const eventRunFacts = z.strictObject({
  program: programFacts,
  lines: count,
  types: z.record(z.string(), count).meta({ description: 'Valid lines by their type' }),
  problems: sampled.meta({
    description: 'Lines that are not what the contract of the command line allows, and a last line that is no summary',
  }),
});
export type EventRunFacts = z.infer<typeof eventRunFacts>;

/** One `match` of the sample library. */
export const matchFacts = z.strictObject({
  run: eventRunFacts,
  notReported: sampled.meta({ description: 'Videos of the library that no event names' }),
  foreign: sampled.meta({ description: 'Reported paths that are no videos of the library' }),
  mistaken: sampled.meta({ description: 'Plain names of known titles that were taken for something else or for nothing' }),
  knownNames: count,
  hits: count.meta({ description: 'Questions that the cache answered, by the program’s own account' }),
  misses: count,
});
export type MatchFacts = z.infer<typeof matchFacts>;

const matching = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('tried'),
    service: z.string().max(80).meta({ description: 'What a stand-in in the guest answered for' }),
    first: matchFacts,
    again: matchFacts.meta({ description: 'The same command after the stand-in was stopped: only the cache can have answered' }),
    differing: sampled.meta({ description: 'Videos of which the second run tells something else' }),
    treeAfter: treeDifference,
  }),
  z.strictObject({ state: z.literal('not-tried'), reason: z.string().max(400) }),
]);

const entry = z.strictObject({ path: z.string().max(1000), kind: z.enum(['file', 'directory', 'other']), sizeBytes: count });

/** Entries of the system that are new; `listed` is bounded, `count` is not. */
export const newEntries = z.strictObject({ count, sizeBytes: count, listed: z.array(entry).max(2000) });
export type NewEntries = z.infer<typeof newEntries>;

const component = z.strictObject({
  package: z.string().max(200),
  kind: z.string().max(40),
  version: z.string().max(80),
  origin: z.string().max(40),
  works: z.boolean(),
  trial: z.string().max(400),
});

export const cleanInstallFacts = z.strictObject({
  $schema: z.literal('facts/clean-install.v1.json'),
  bundle: z.strictObject({ product: z.string(), version: z.string(), digest: sha256Schema }),
  guest: z.strictObject({
    os: z.enum(windowsReleases),
    osVersion: z.string(),
    productName: z.string(),
    architecture: z.string(),
    emulator: z.string().optional(),
    userProfile: z.string(),
    networkInterfaces: z.array(z.string()),
  }),
  unpacked: z.strictObject({
    tool: z.string(),
    refused: z.string().optional().meta({ description: 'Why the guest did not unpack the archive' }),
    durationMs,
    files: count.meta({ description: 'Files that the manifest names' }),
    matching: count.meta({ description: 'Those that are there with their SHA-256' }),
    difference: treeDifference,
    complete: z.boolean(),
  }),
  control: z
    .strictObject({ program: programFacts, expectedOutput: z.boolean() })
    .meta({ description: 'A program of Windows itself, run as ours is' }),
  version: z.strictObject({ program: programFacts, firstLine: z.string().max(400), hasVersion: z.boolean() }),
  help: z.strictObject({ program: programFacts, missingCommands: z.array(z.string()) }),
  components: z.strictObject({
    run: eventRunFacts,
    expected: z.array(z.string()).min(1),
    found: z.array(component).max(50),
    working: count.optional(),
  }),
  library: z.strictObject({ files: count, videos: count, asMade: treeDifference }),
  scan: z.strictObject({
    run: eventRunFacts,
    notReported: sampled.meta({ description: 'Videos of the library that no event names' }),
    foreign: sampled.meta({ description: 'Reported paths that are no videos of the library' }),
    misread: sampled.meta({ description: 'Plain names that were not read as what they say' }),
    plainNames: count,
    treeAfter: treeDifference,
  }),
  dryRun: z.strictObject({
    run: eventRunFacts,
    moves: count,
    stays: count,
    unaccounted: sampled.meta({ description: 'Videos that are neither planned to move nor said to stay' }),
    plainWithoutMove: sampled.meta({ description: 'Plain names that were given no place' }),
    bad: sampled.meta({ description: 'Moves of files that do not exist, to a place outside the destination, or to the place of another' }),
    treeAfter: treeDifference,
  }),
  apply: z.strictObject({
    run: eventRunFacts,
    occupied: z
      .string()
      .optional()
      .meta({ description: 'Where a file was put in the way of a planned move; absent when none was planned' }),
    moved: count,
    misplaced: sampled.meta({ description: 'Planned moves whose file does not lie where the plan said, or still lies where it was' }),
    lost: sampled.meta({ description: 'Files whose content is nowhere any more' }),
    overwritten: sampled.meta({ description: 'The file in the way, when it changed or its rival left its place' }),
    unexpected: sampled.meta({ description: 'Files that neither were there nor were planned' }),
  }),
  again: z.strictObject({ run: eventRunFacts, moved: count, treeAfter: treeDifference }),
  completion: z.strictObject({ program: programFacts, missingCommands: z.array(z.string()) }),
  settings: z.strictObject({
    keep: eventRunFacts.meta({ description: 'A made-up key goes in through standard input' }),
    shown: eventRunFacts,
    keyFrom: z.string().max(40).meta({ description: 'Where the program says that it has a key from' }),
    keyProblem: z.string().max(400).optional(),
  }),
  matching,
  rollback: z.strictObject({
    dryRun: eventRunFacts,
    planned: count,
    treeAfterDryRun: treeDifference.meta({ description: 'Against the library as it was organized, folders included' }),
    run: eventRunFacts,
    undone: count,
    treeAfter: treeDifference.meta({ description: 'Against the library right before it was organized, folders included' }),
  }),
  key: z
    .strictObject({
      outputs: count,
      files: count,
      sizeBytes: count,
      complete: z.boolean(),
      found: sampled.meta({ description: 'Where the made-up key stands, in any of several forms' }),
    })
    .meta({ description: 'Looked for in all that the program printed, and in every file of its state folder' }),
  absentFolder: z.strictObject({ program: programFacts, isNamed: z.boolean().meta({ description: 'Standard error names the folder' }) }),
  install: z.strictObject({ afterRuns: treeDifference, complete: z.boolean() }),
  system: z.strictObject({
    roots: z.array(z.strictObject({ path: z.string(), depth: count.optional() })).min(1),
    excluded: z.array(z.string()).meta({ description: 'What the lab itself put there' }),
    incomplete: z.array(z.string()).meta({ description: 'Folders that hold more than is listed' }),
    entriesBefore: count,
    restless: newEntries.meta({ description: 'New before the program first ran: made by the lab, Windows or the control program' }),
    leftovers: newEntries.meta({ description: 'New since the program first ran' }),
    changed: sampled,
    gone: sampled,
  }),
  removal: z.strictObject({
    removed: z.array(z.string()),
    remaining: sampled.meta({ description: 'What still lies in the removed folders' }),
  }),
});
export type CleanInstallFacts = z.infer<typeof cleanInstallFacts>;
