import type { Call } from '../../core/call.ts';
import type { EvidenceSink, Guest } from '../../core/check.ts';
import { type RemotePath, joinRemote } from '../../core/ids.ts';
import { compareTrees } from './compare-trees.ts';
import type { CleanInstallFacts } from './facts.ts';
import { type Look, lookAtLibrary } from './look-at-library.ts';
import { differs } from './differs.ts';
import { type ProgramEvents, eventsOf } from './program-events.ts';
import { type ProgramRunner, type Ran, eventRun } from './run-program.ts';
import { sample } from './sample.ts';
import { occupiedSample, sampleFiles, sampleLibrary, sampleVideos } from './sample-library.ts';
import { expectedAfter, faultyMoves, lostFiles, misplacedMoves } from './moves.ts';

const LIBRARY = 'library';
const DESTINATION = 'organized';
/** What the check puts in the way of a move. */
const OCCUPIER = 'This file was here first. It must not be overwritten.\n';

/** What was found, and what the library was like around it. */
export interface Organized {
  readonly facts: Pick<CleanInstallFacts, 'library' | 'scan' | 'dryRun' | 'apply' | 'again'>;
  /** What the program calls the moves that it made; absent when it did not say. */
  readonly operation: string | undefined;
  /** Right before files were moved. */
  readonly before: Look;
  /** As it was left. */
  readonly after: Look;
}

/** The folder that the sample library is made in. */
export const libraryIn = (scratch: RemotePath): RemotePath => joinRemote(scratch, LIBRARY);

/**
 * Real work on a library of known files: scan, dry run, apply, apply again, with every file's digest before and after each. A file is put in the way
 * of one planned move before it is applied. The library must have been made already. Keeps the program's output as evidence.
 */
export async function organizeLibrary(guest: Guest, programs: ProgramRunner, evidence: EvidenceSink, call: Call): Promise<Organized> {
  const look = (): Promise<Look> => lookAtLibrary(guest, call);
  const library = libraryIn(guest.scratch);
  const destination = joinRemote(guest.scratch, DESTINATION);
  const run = async (title: string, args: readonly string[]): Promise<Ran> => {
    const result = await programs.product(args);
    await evidence.add(title, 'application/x-ndjson', result.stdout);
    return result;
  };
  const organize = ['organize', library, '--to', destination, '--json'];

  const { files: made } = await look();
  const scanArgs = ['scan', library, '--json'];
  const scanned = eventRun(scanArgs, await run('scan of the sample library', scanArgs), 'scan-summary', scanDisagreements);
  const { files: afterScan } = await look();
  const planned = eventRun(organize, await run('organize, dry run', organize), 'organize-summary', organizeDisagreements(false));
  const lookAfterDryRun = await look();
  const { files: afterDryRun } = lookAfterDryRun;

  const moves = eventsOf('move', planned.events);
  const bad = faultyMoves(moves, made, LIBRARY);
  const isFree = (to: string): boolean =>
    ![...afterDryRun.keys()].some((path) => path.toLowerCase().startsWith(`${DESTINATION}/${to}`.toLowerCase()));
  const rival = bad.length === 0 ? moves.find((move) => move.from === occupiedSample && isFree(move.to)) : undefined;
  if (rival) await guest.toolkit.makeTree(destination, [{ path: rival.to.replaceAll('/', '\\'), text: OCCUPIER }], call);
  const before = rival ? await look() : lookAfterDryRun;
  const { files: beforeApply } = before;

  const applyArgs = [...organize, '--apply'];
  const applied = eventRun(applyArgs, await run('organize --apply', applyArgs), 'organize-summary', organizeDisagreements(true));
  const { files: afterApply } = await look();
  const again = eventRun(applyArgs, await run('organize --apply, second time', applyArgs), 'organize-summary', organizeDisagreements(true));
  const after = await look();

  const toApply = moves.filter((move) => move !== rival);
  const expected = bad.length === 0 ? expectedAfter(toApply, beforeApply, LIBRARY, DESTINATION) : beforeApply;
  const inTheWay = rival ? [`${DESTINATION}/${rival.to}`, `${LIBRARY}/${rival.from}`] : [];
  const stays = eventsOf('stay', planned.events);
  const moving = new Set(moves.map((move) => move.from));
  const staying = new Set(stays.map((stay) => stay.path));
  const videos = new Set(sampleVideos);
  const read = new Map(eventsOf('file', scanned.events).map((file) => [file.path, file.parsed]));
  const plain = sampleLibrary.filter((item) => item.expected !== undefined);
  const facts = {
    library: {
      files: sampleFiles.length,
      videos: videos.size,
      asMade: compareTrees(new Map(sampleLibrary.map(({ path }) => [`${LIBRARY}/${path}`, made.get(`${LIBRARY}/${path}`) ?? ''])), made),
    },
    scan: {
      run: scanned.facts,
      notReported: sample(sampleVideos.filter((path) => !read.has(path))),
      foreign: sample([...read.keys()].filter((path) => !videos.has(path))),
      misread: sample(
        plain
          .filter(
            (item) => read.get(item.path)?.title !== item.expected?.title || read.get(item.path)?.episodes[0] !== item.expected?.episode,
          )
          .map(({ path }) => `${path}: ${JSON.stringify(read.get(path) ?? null)}`),
      ),
      plainNames: plain.length,
      treeAfter: compareTrees(made, afterScan),
    },
    dryRun: {
      run: planned.facts,
      moves: moves.length,
      stays: stays.length,
      unaccounted: sample(sampleVideos.filter((path) => !moving.has(path) && !staying.has(path))),
      plainWithoutMove: sample(plain.filter(({ path }) => !moving.has(path)).map(({ path }) => path)),
      bad: sample(bad),
      treeAfter: compareTrees(afterScan, afterDryRun),
    },
    apply: {
      run: applied.facts,
      ...(rival ? { occupied: rival.to } : {}),
      moved: eventsOf('move', applied.events).filter((move) => move.state === 'moved').length,
      misplaced: sample(bad.length === 0 ? misplacedMoves(toApply, beforeApply, afterApply, LIBRARY, DESTINATION) : []),
      lost: sample(lostFiles(beforeApply, afterApply)),
      overwritten: sample(inTheWay.filter((path) => afterApply.get(path) !== beforeApply.get(path))),
      unexpected: sample([...afterApply.keys()].filter((path) => !expected.has(path))),
    },
    again: {
      run: again.facts,
      moved: eventsOf('move', again.events).filter((move) => move.state === 'moved').length,
      treeAfter: compareTrees(afterApply, after.files),
    },
  };
  return { facts, operation: eventsOf('organize-summary', applied.events)[0]?.operation, before, after };
}

function scanDisagreements(events: ProgramEvents): readonly string[] {
  const files = eventsOf('file', events);
  const summary = eventsOf('scan-summary', events)[0];
  return [
    ...differs('files', summary?.files, files.length),
    ...differs('parsed', summary?.parsed, files.filter((file) => file.parsed !== null).length),
  ];
}

const organizeDisagreements =
  (applied: boolean) =>
  (events: ProgramEvents): readonly string[] => {
    const moves = eventsOf('move', events);
    const summary = eventsOf('organize-summary', events)[0];
    const wrongState = moves.filter((move) => (move.state === 'planned') === applied);
    return [
      ...(summary?.applied === applied ? [] : [`the summary says applied: ${summary?.applied}`]),
      ...wrongState.map((move) => `${move.from} is said to be ${move.state}`),
      ...differs('moves', summary?.moves, moves.filter((move) => move.state !== 'failed').length),
      ...differs('failed', summary?.failed, moves.filter((move) => move.state === 'failed').length),
      ...differs('stays', summary?.stays, eventsOf('stay', events).length),
    ];
  };
