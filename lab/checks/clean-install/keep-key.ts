import type { EvidenceSink } from '../../core/check.ts';
import type { CleanInstallFacts } from './facts.ts';
import { eventsOf } from './program-events.ts';
import { type ProgramRunner, eventRun } from './run-program.ts';
import { clip } from './sample.ts';

/** Has the program keep a key, which it reads from standard input, and asks it where it has a key from. */
export async function keepKey(key: string, programs: ProgramRunner, evidence: EvidenceSink): Promise<CleanInstallFacts['settings']> {
  const keepArgs = ['settings', 'tmdb-key', '--json'];
  const kept = eventRun(keepArgs, await programs.product(keepArgs, { stdin: `${key}\r\n` }), 'settings-changed', () => []);
  const showArgs = ['settings', '--json'];
  const result = await programs.product(showArgs);
  await evidence.add('settings', 'application/x-ndjson', result.stdout);
  const shown = eventRun(showArgs, result, 'settings', () => []);
  const about = eventsOf('settings', shown.events)[0]?.tmdbKey;
  return {
    keep: kept.facts,
    shown: shown.facts,
    keyFrom: clip(about?.from ?? 'not told', 40),
    ...(about?.problem === undefined ? {} : { keyProblem: clip(about.problem) }),
  };
}
