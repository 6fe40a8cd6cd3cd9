import { type InstalledBox, type Vagrant } from '../vagrant.ts';
import { expiresSoon, expiryInWords, expiryOf, hasExpired } from './expiry.ts';
import type { PinnedBox } from './pinned-box.ts';

const DAY_MS = 86_400_000;
/** Windows brings its fixes every month; after so many days a box is far from what people run. */
const OLD_DAYS = 120;

/** Something about a box that asks for a newer one. */
export interface AgeFinding {
  readonly state: 'warning' | 'outdated';
  readonly message: string;
  readonly hint: string;
}

/**
 * Whether a box should be replaced, judged from the catalogue and from what Vagrant has: there is no registry any more that could be asked for newer
 * versions.
 */
export function ageOf({ box, vagrantName }: PinnedBox, there: readonly InstalledBox[], now: Date): readonly AgeFinding[] {
  const found: AgeFinding[] = [];
  const expiry = expiryOf(box, now);
  if (expiresSoon(expiry))
    found.push({
      state: hasExpired(expiry) ? 'outdated' : 'warning',
      message: expiryInWords(expiry),
      hint: 'Take a newer box into vagrant/machines.json; an expired Windows switches itself off after an hour.',
    });
  if (!box.maintained)
    found.push({
      state: 'warning',
      message: `${box.publisher} makes no newer ones`,
      hint: 'Keep a mirror (`lab boxes mirror`), or make a box of your own from Microsoft’s evaluation media.',
    });
  const days = box.released === undefined ? undefined : Math.floor((now.getTime() - Date.parse(box.released)) / DAY_MS);
  if (days !== undefined && days > OLD_DAYS)
    found.push({
      state: 'outdated',
      message: `it was released ${days} days ago`,
      hint: `Look at what ${box.publisher} has released since, and take it into vagrant/machines.json with its digest.`,
    });
  const prefix = `anivault-lab/${box.name}-`;
  const others = there.filter(({ name }) => name.startsWith(prefix) && name !== vagrantName);
  if (others.length > 0)
    found.push({
      state: 'warning',
      message: `Vagrant still has ${others.map(({ name }) => name).join(', ')}`,
      hint: others.map(({ name, provider }) => `vagrant box remove ${name} --provider ${provider}`).join('; '),
    });
  return found;
}

/** The boxes Vagrant has; none where there is no Vagrant. */
export const boxesThere = (vagrant: Pick<Vagrant, 'boxes'>, call: Parameters<Vagrant['boxes']>[0]): Promise<readonly InstalledBox[]> =>
  vagrant.boxes(call).catch(() => []);
