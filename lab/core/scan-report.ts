import { z } from 'zod';
import { sha256Schema } from './bundle.ts';
import type { Format } from './formats.ts';
import { judgeScans } from './judge-scans.ts';
import type { Plan } from './plan.ts';
import type { RunRecord } from './record.ts';
import { type ScanPolicy, exceptionTerms } from './scan-policy.ts';
import { scanFinding, scanResult } from './scan.ts';

/** `scan-report.json`: what every scanner said of a release, and what the policy makes of it. */
export const scanReport = z.strictObject({
  $schema: z.literal('scan-report.v1.json'),
  labVersion: z.string(),
  product: z.strictObject({ name: z.string(), version: z.string(), commit: z.string(), digest: sha256Schema }),
  day: z.iso.date().meta({ description: 'UTC; exceptions are held against it' }),
  results: z.array(scanResult),
  rejections: z.array(z.string()).meta({ description: 'Why the release must not ship' }),
  blocks: z.array(z.string()).meta({ description: 'What nobody knows; blocks as well' }),
  suppressed: z.array(z.strictObject({ scanner: z.string(), finding: scanFinding, ...exceptionTerms })),
  stale: z.array(z.string()).meta({ description: 'Exceptions that had nothing to do or are past their day' }),
});
export type ScanReport = z.infer<typeof scanReport>;

export const scanReportFormat = {
  file: 'scan-report.v1.json',
  title: 'Report on the scans of a release',
  schema: scanReport,
} satisfies Format;

/** What a scan report is made of. */
export interface ScannedRelease extends Pick<ScanReport, 'labVersion' | 'product' | 'day' | 'results'> {
  /** Scanners that had to answer. */
  readonly expected: readonly string[];
  readonly policy: ScanPolicy;
}

/** Judges scans and puts all of it together. Pure. */
export function makeScanReport({ expected, policy, ...release }: ScannedRelease): ScanReport {
  const { rejections, blocks, suppressed, stale } = judgeScans(release.results, expected, policy, release.day);
  return {
    $schema: 'scan-report.v1.json',
    ...release,
    rejections: [...rejections],
    blocks: [...blocks],
    suppressed: [...suppressed],
    stale: [...stale],
  };
}

/** The report on the scans of a run, `undefined` where nothing was scanned. */
export function scanReportOf({ bundle, scans, labVersion, startedAt }: RunRecord, plan: Plan): ScanReport | undefined {
  if (bundle === undefined || scans.length === 0) return undefined;
  const product = { name: bundle.product, version: bundle.version, commit: bundle.commit, digest: bundle.digest };
  return makeScanReport({
    labVersion,
    product,
    day: startedAt.slice(0, 10),
    results: scans,
    expected: plan.scans,
    policy: plan.policy.scans,
  });
}
