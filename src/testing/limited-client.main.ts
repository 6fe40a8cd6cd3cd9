import path from 'node:path';
import { tmdbLimits } from '../limiter/limits.ts';
import { makeRateLimiter } from '../limiter/rate-limiter.ts';
import { openTokenLedger } from '../limiter/token-ledger.ts';
import { checkKey } from '../tmdb/requests.ts';
import { TMDB_TIMEOUT_MS, makeTmdbClient } from '../tmdb/tmdb-client.ts';
import { tmdbKey } from '../tmdb/tmdb-key.ts';

/** One of the processes of a stress test: `URL FOLDER KEY COUNT` asks so many times as fast as the shared limiter lets it. */
async function main(): Promise<void> {
  const [url = '', folder = '', key = '', count = '0'] = process.argv.slice(2);
  const ledger = openTokenLedger(path.join(folder, 'limiter'), tmdbLimits, TMDB_TIMEOUT_MS);
  const client = makeTmdbClient({ address: new URL(url), key: async () => tmdbKey(key), limiter: makeRateLimiter({ ledger }) });
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: Number(count) }, async () => client.get(checkKey(), signal)));
  process.stdout.write('done\n');
}

void main();
