import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Fault } from './tmdb-faults.ts';
import { standInKeys, type SeenRequest } from './tmdb-stand-in.ts';

/** The stand-in as a process of its own. Ends when it is disposed of, or when this process does. */
export interface StandInProcess extends AsyncDisposable {
  /** What a program needs to ask it: address and key. */
  readonly environment: { readonly ANIVAULT_TMDB_URL: string; readonly ANIVAULT_TMDB_KEY: string };
  readonly add: (...faults: readonly Fault[]) => Promise<void>;
  readonly seen: () => Promise<readonly SeenRequest[]>;
}

/** Starts it on any free port. */
export async function startStandInProcess(): Promise<StandInProcess> {
  const child = spawn(process.execPath, ['--no-warnings', path.join(import.meta.dirname, 'tmdb-stand-in.main.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const first = await Promise.race([once(child.stdout, 'data'), closed.then(() => undefined)]);
  if (first === undefined) throw new Error('the stand-in ended before it listened');
  const { url } = JSON.parse(String(first[0])) as { readonly url: string };
  return {
    environment: { ANIVAULT_TMDB_URL: url, ANIVAULT_TMDB_KEY: standInKeys.v3 },
    add: async (...faults) => {
      const { status } = await fetch(`${url}stand-in/faults`, { method: 'POST', body: JSON.stringify(faults) });
      if (status !== 204) throw new Error(`the stand-in does not take ${JSON.stringify(faults)}`);
    },
    seen: async () => (await (await fetch(`${url}stand-in/seen`)).json()) as readonly SeenRequest[],
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await closed;
    },
  };
}
