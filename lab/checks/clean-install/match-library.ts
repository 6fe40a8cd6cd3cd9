import type { Call } from '../../core/call.ts';
import type { EvidenceSink, Guest } from '../../core/check.ts';
import { type Tree, compareTrees } from './compare-trees.ts';
import { differs } from './differs.ts';
import type { CleanInstallFacts, MatchFacts } from './facts.ts';
import { lookAtLibrary } from './look-at-library.ts';
import { libraryIn } from './organize-library.ts';
import { type ProgramEvents, eventsOf } from './program-events.ts';
import { type ProgramRunner, eventRun } from './run-program.ts';
import { sample } from './sample.ts';
import { sampleLibrary, sampleVideos } from './sample-library.ts';

/** A test service that is there for the time of the first run. */
interface Service {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/**
 * Has the sample library matched twice. The service that knows the titles is stopped in between, so that what the second run answers it can only have
 * from its cache, whatever it says of itself. The library must have been made already.
 */
export async function matchLibrary(
  guest: Guest,
  programs: ProgramRunner,
  service: Service,
  evidence: EvidenceSink,
  call: Call,
): Promise<CleanInstallFacts['matching']> {
  const before = await lookAtLibrary(guest, call);
  const args = ['match', libraryIn(guest.scratch), '--json'];
  const match = async (title: string): Promise<Matched> => {
    const result = await programs.product(args, { env: service.environment });
    await evidence.add(title, 'application/x-ndjson', result.stdout);
    return matched(eventRun(args, result, 'match-summary', matchDisagreements));
  };
  const first = await match('match of the sample library');
  await service.stop();
  const again = await match('match, second time, with nobody to ask');
  const after = await lookAtLibrary(guest, call);
  const differing = [...first.answers].filter(([path, answer]) => again.answers.get(path) !== answer).map(([path]) => path);
  return {
    state: 'tried',
    service: service.name,
    first: first.facts,
    again: again.facts,
    differing: sample(differing),
    treeAfter: compareTrees(before.all, after.all),
  };
}

interface Matched {
  readonly facts: MatchFacts;
  /** By path: the verdict and the likeliest title. */
  readonly answers: Tree;
}

function matched({ facts, events }: ReturnType<typeof eventRun>): Matched {
  const found = eventsOf('match', events);
  const summary = eventsOf('match-summary', events)[0];
  const titles = new Map(found.map(({ path, verdict, candidates }) => [path, { verdict, title: candidates[0]?.originalTitle }]));
  const videos = new Set(sampleVideos);
  const known = sampleLibrary.flatMap(({ path, expected }) => (expected === undefined ? [] : [{ path, title: expected.originalTitle }]));
  return {
    facts: {
      run: facts,
      notReported: sample(sampleVideos.filter((path) => !titles.has(path))),
      foreign: sample([...titles.keys()].filter((path) => !videos.has(path))),
      mistaken: sample(
        known
          .filter(({ path, title }) => titles.get(path)?.verdict !== 'matched' || titles.get(path)?.title !== title)
          .map(({ path }) => `${path}: ${titles.get(path)?.verdict ?? 'not told'}, ${titles.get(path)?.title ?? 'no title'}`),
      ),
      knownNames: known.length,
      hits: summary?.hits ?? 0,
      misses: summary?.misses ?? 0,
    },
    answers: new Map([...titles].map(([path, { verdict, title }]) => [path, `${verdict}: ${title ?? ''}`])),
  };
}

function matchDisagreements(events: ProgramEvents): readonly string[] {
  const found = eventsOf('match', events);
  const summary = eventsOf('match-summary', events)[0];
  const ofVerdict = (verdict: string): number => found.filter((one) => one.verdict === verdict).length;
  return [
    ...differs('files', summary?.files, found.length),
    ...differs('matched', summary?.matched, ofVerdict('matched')),
    ...differs('unanswered', summary?.unanswered, ofVerdict('unanswered')),
  ];
}
