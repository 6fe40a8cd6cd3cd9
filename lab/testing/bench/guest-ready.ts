import { openProject } from '../../cli/project.ts';
import { wire } from '../../cli/wiring.ts';
import type { Call } from '../../core/call.ts';
import type { GuestSpec, Provider } from '../../core/guest.ts';
import type { Bench } from './bench-definition.ts';
import { ratios } from './measurement.ts';

/** Guests come and go quickly, so more rounds cost little. */
const ROUNDS_PER_ROUND = 3;

/** How long a fresh guest takes by itself. */
export const guestReady: Bench = {
  name: 'guest-ready',
  title: 'A fresh guest',
  about: 'From asking the provider until the guest answers over its endpoint; one guest and two at once in turn, with templates made.',
  measure: async ({ root, rounds, call, say }) => {
    const silent = { write: () => {} };
    const context = { stdout: silent, stderr: silent, environment: process.env, cwd: root, signal: call.signal };
    const { config } = await openProject({}, context);
    const specs = config.guests.filter((spec) => spec.provider === 'wine').slice(0, 2);
    const provider = wire(root, context).providerOf({ provider: 'wine' });
    await provider.prepare(specs, ({ what }) => say(what), call);

    await comeAndGo(provider, specs, call);
    const one: Coming[] = [];
    const two: Coming[] = [];
    for (let round = 0; round < rounds * ROUNDS_PER_ROUND; round += 1) {
      one.push(await comeAndGo(provider, specs.slice(0, 1), call));
      two.push(await comeAndGo(provider, specs, call));
    }
    const [oneReady, twoReady] = [one, two].map((comings) => comings.map(({ readySeconds }) => readySeconds)) as [number[], number[]];
    return [
      { label: 'one guest ready', unit: 's', values: oneReady, limit: 1.5 },
      { label: 'two guests ready, at once', unit: 's', values: twoReady },
      { label: 'two guests over one', unit: '×', values: ratios(twoReady, oneReady) },
      { label: 'one guest released', unit: 's', values: one.map(({ releasedSeconds }) => releasedSeconds) },
    ];
  },
};

interface Coming {
  readonly readySeconds: number;
  readonly releasedSeconds: number;
}

/** Makes guests at the same time and releases them. What came up is released also when another did not. */
async function comeAndGo(provider: Provider, specs: readonly GuestSpec[], call: Call): Promise<Coming> {
  const startedMs = performance.now();
  const comings = await Promise.allSettled(specs.map((spec) => provider.acquire(spec, { id: 'bench' }, call)));
  const readyMs = performance.now();
  await Promise.all(comings.flatMap((coming) => (coming.status === 'fulfilled' ? [coming.value[Symbol.asyncDispose]()] : [])));
  const failed = comings.find((coming) => coming.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return { readySeconds: (readyMs - startedMs) / 1000, releasedSeconds: (performance.now() - readyMs) / 1000 };
}
