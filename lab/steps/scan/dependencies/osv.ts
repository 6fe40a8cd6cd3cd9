import semver from 'semver';
import { z } from 'zod';

/** What is read of an advisory in the OSV format (ossf.github.io/osv-schema). */
export const osvRecord = z.object({
  id: z.string(),
  modified: z.string(),
  withdrawn: z.string().optional(),
  summary: z.string().optional(),
  aliases: z.array(z.string()).default([]),
  affected: z
    .array(
      z.object({
        package: z.object({ ecosystem: z.string(), name: z.string() }).optional(),
        ranges: z
          .array(
            z.object({
              type: z.string(),
              events: z.array(
                z.object({ introduced: z.string().optional(), fixed: z.string().optional(), last_affected: z.string().optional() }),
              ),
            }),
          )
          .default([]),
        versions: z.array(z.string()).default([]),
        database_specific: z.object({ severity: z.string().optional() }).optional(),
      }),
    )
    .default([]),
  database_specific: z.object({ severity: z.string().optional() }).optional(),
});
export type OsvRecord = z.infer<typeof osvRecord>;

/** An npm package that ships. */
export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
}

/** A known hole in something that ships. */
export interface Advisory {
  readonly package: ShippedPackage;
  /** `GHSA-…` */
  readonly id: string;
  readonly title: string;
  readonly severity: 'critical' | 'high' | 'moderate' | 'low' | 'unknown';
  /** First version without it, where there is one. */
  readonly fixedIn?: string;
}

/** The advisories that hold for a package. Withdrawn ones and other ecosystems are left out. Pure. */
export function advisoriesFor(shipped: ShippedPackage, records: readonly OsvRecord[]): readonly Advisory[] {
  return records.flatMap((record) => {
    if (record.withdrawn !== undefined) return [];
    for (const affected of record.affected) {
      if (affected.package?.ecosystem !== 'npm' || affected.package.name !== shipped.name) continue;
      const inRange = affected.ranges.filter(({ type }) => type === 'SEMVER').map(({ events }) => affects(shipped.version, events));
      const hit = inRange.find(({ holds }) => holds);
      if (hit === undefined && !affected.versions.includes(shipped.version)) continue;
      const id = [record.id, ...record.aliases].find((name) => name.startsWith('GHSA-')) ?? record.id;
      return [
        {
          package: shipped,
          id,
          title: record.summary ?? 'no summary',
          severity: severityOf(affected.database_specific?.severity ?? record.database_specific?.severity),
          ...(hit?.fixedIn === undefined ? {} : { fixedIn: hit.fixedIn }),
        },
      ];
    }
    return [];
  });
}

type Events = OsvRecord['affected'][number]['ranges'][number]['events'];

/** Walks the events of a range in the order of their versions, as the format's own algorithm has it. */
function affects(version: string, events: Events): { readonly holds: boolean; readonly fixedIn?: string } {
  // `0` is before every version.
  const exact = (text: string): string => (text === '0' ? '0.0.0-0' : text);
  const steps = events
    .flatMap(({ introduced, fixed, last_affected: last }) => [
      ...(introduced === undefined ? [] : [{ at: exact(introduced), kind: 'introduced' as const }]),
      ...(fixed === undefined ? [] : [{ at: fixed, kind: 'fixed' as const }]),
      ...(last === undefined ? [] : [{ at: last, kind: 'last' as const }]),
    ])
    .filter(({ at }) => semver.valid(at) !== null)
    .toSorted((a, b) => semver.compare(a.at, b.at));
  let holds = false;
  for (const { at, kind } of steps) {
    if (kind === 'introduced' && semver.gte(version, at)) holds = true;
    else if (kind === 'fixed' && semver.gte(version, at)) holds = false;
    else if (kind === 'last' && semver.gt(version, at)) holds = false;
  }
  const fixedIn = holds ? steps.find(({ at, kind }) => kind === 'fixed' && semver.gt(at, version))?.at : undefined;
  return { holds, ...(fixedIn === undefined ? {} : { fixedIn }) };
}

const severities: Readonly<Record<string, Advisory['severity']>> = {
  critical: 'critical',
  high: 'high',
  moderate: 'moderate',
  medium: 'moderate',
  low: 'low',
};

/** How databases call severities, in one set of words. */
export const severityOf = (text: string | undefined): Advisory['severity'] => severities[text?.toLowerCase() ?? ''] ?? 'unknown';
