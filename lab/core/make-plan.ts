import type { AnyCheck } from './check.ts';
import type { LabConfig } from './config.ts';
import { LabError } from './error.ts';
import { cellId } from './ids.ts';
import type { Plan, PlannedCell } from './plan.ts';
import type { Scanner } from './scan.ts';

/** What part of the configuration is wanted. An absent list means all. */
export interface Selection {
  readonly guests?: readonly string[] | undefined;
  readonly checks?: readonly string[] | undefined;
  readonly providers?: readonly string[] | undefined;
}

/**
 * Plans a run: each selected check on each selected guest, also where it does not apply, in which case the cell says so from the start.
 * Guests that are there on request are left out unless they or their provider are named. Every scanner is asked whatever the selection: it is about the release and not about a guest. A guest's cells stand in the order they run: what needs a pristine guest first, what runs alone last. Throws on an unknown name and on nothing
 * to do: an empty plan proves nothing.
 */
export function makePlan(
  config: LabConfig,
  checks: readonly AnyCheck[],
  scanners: readonly Pick<Scanner, 'id'>[],
  selection: Selection,
): Plan {
  const pick = <T>(what: string, all: readonly T[], nameOf: (item: T) => string, wanted: readonly string[] | undefined): readonly T[] => {
    const known = [...new Set(all.map(nameOf))];
    for (const name of wanted ?? []) {
      if (!known.includes(name)) throw LabError.of('usage.unknown-name', { what, name, known: known.join(', ') });
    }
    return wanted ? all.filter((item) => wanted.includes(nameOf(item))) : all;
  };
  const byProvider = pick('provider', config.guests, (guest) => guest.provider, selection.providers);
  pick('guest', config.guests, (guest) => guest.name, selection.guests);
  const named = (guest: LabConfig['guests'][number]): boolean =>
    (selection.guests?.includes(guest.name) ?? false) || (selection.providers?.includes(guest.provider) ?? false);
  const guests = byProvider.filter((guest) => (selection.guests?.includes(guest.name) ?? true) && (!guest.onRequest || named(guest)));
  const chosen = [...pick('check', checks, (check) => check.id, selection.checks)].toSorted((a, b) => rank(a) - rank(b));
  const cells = guests.flatMap((guest) =>
    chosen.map((check): PlannedCell => {
      const skip = check.appliesTo(guest);
      return {
        id: cellId(check.id, guest.name),
        check: check.id,
        guest: guest.name,
        lane: check.lane,
        startsFrom: check.startsFrom,
        ...(skip ? { skip } : {}),
      };
    }),
  );
  if (cells.length === 0) throw LabError.of('usage.nothing-selected', { why: 'no check on no guest is left of the selection' });
  return {
    $schema: 'plan.v1.json',
    guests: [...guests],
    checks: chosen.map(({ id, title, question }) => ({ id, title, question })),
    cells,
    scans: scanners.map(({ id }) => id),
    policy: config.policy,
  };
}

const rank = (check: AnyCheck): number => (check.lane === 'host' ? 2 : 0) + (check.startsFrom === 'pristine' ? 0 : 1);
