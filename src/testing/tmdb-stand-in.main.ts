import { startTmdbStandIn, standInKeys } from './tmdb-stand-in.ts';

/**
 * The stand-in as a program of its own, `node tmdb-stand-in.main.ts [port]`, for tests that run the product somewhere else; it can be bundled into one file. One
 * line of JSON says where it listens. It ends when its input does, so that it cannot outlive whoever started it.
 */
async function main(): Promise<void> {
  await using standIn = await startTmdbStandIn({ port: Number(process.argv[2] ?? 0) });
  process.stdout.write(`${JSON.stringify({ url: standIn.url, port: standIn.port, keys: standInKeys })}\n`);
  for await (const _ of process.stdin);
}

void main();
