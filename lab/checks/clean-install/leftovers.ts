import type { CleanInstallFacts, NewEntries } from './facts.ts';
import { isWithin } from './system-snapshot.ts';

type Entry = NewEntries['listed'][number];

/**
 * The new entries that the policy does not allow. Patterns are paths below the user profile; `*` stands for any characters within a name, and case
 * does not matter. A directory is allowed where it leads to what a pattern names.
 */
export function unwelcome({ system, guest }: CleanInstallFacts, allowed: readonly string[]): readonly Entry[] {
  const patterns = allowed.map((pattern) => pattern.split(/[\\/]/).map(nameMatcher));
  return system.leftovers.listed.filter((entry) => {
    if (!isWithin(entry.path, guest.userProfile) || entry.kind === 'other') return true;
    const names = entry.path.slice(guest.userProfile.replace(/\\+$/, '').length + 1).split('\\');
    return !patterns.some((pattern) => {
      const fits = entry.kind === 'directory' ? names.length <= pattern.length : names.length === pattern.length;
      return fits && names.every((name, index) => pattern[index]?.test(name));
    });
  });
}

/** A matcher of one name: `*.node` becomes `^.*\.node$`. */
const nameMatcher = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.*+?^${}()|[\]\\]/g, (special) => (special === '*' ? '[^\\\\/]*' : `\\${special}`))}$`, 'iu');
