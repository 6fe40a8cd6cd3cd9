import { makeRateLimiter } from '../limiter/rate-limiter.ts';
import { tmdbCatalogue } from '../testing/tmdb-catalogue.ts';
import { standInKeys, startTmdbStandIn } from '../testing/tmdb-stand-in.ts';
import { makeTmdbClient } from '../tmdb/tmdb-client.ts';
import { tmdbKey } from '../tmdb/tmdb-key.ts';
import { accuracyCases, hardCases } from './accuracy-cases.ts';
import { tmdbLimits } from '../limiter/limits.ts';
import { makeMatcher } from './match-name.ts';
import { type Accuracy, measureAccuracy } from './measure-accuracy.ts';

/** Measures the matcher against the stand-in, on the cases it was made with and on the hard ones. For the test and for the report. */
export async function measureOnStandIn(): Promise<{ readonly usual: Accuracy; readonly hard: Accuracy; readonly requests: number }> {
  await using standIn = await startTmdbStandIn();
  // At full speed: what is measured is not the pace.
  const limits = { ...tmdbLimits, requests: 100_000, concurrency: 16 };
  const client = makeTmdbClient({
    address: new URL(standIn.url),
    key: async () => tmdbKey(standInKeys.v3),
    limiter: makeRateLimiter({ limits }),
  });
  const matcher = makeMatcher(client, { language: 'en-US', includeAdult: false });
  const names = new Map(tmdbCatalogue.map((title) => [title.id, title.english]));
  const { signal } = new AbortController();
  const measure = async (cases: typeof accuracyCases): Promise<Accuracy> =>
    measureAccuracy(cases, matcher, ({ id }) => names.get(id) ?? '?', signal);
  return { usual: await measure(accuracyCases), hard: await measure(hardCases), requests: standIn.seen.length };
}
