import type { ScanPolicy } from './scan-policy.ts';
import type { ScanFinding, ScanResult } from './scan.ts';

/** A suppression that held back a finding, and which. */
export interface Suppressed {
  readonly scanner: string;
  readonly finding: ScanFinding;
  readonly owner: string;
  readonly reason: string;
  readonly expires: string;
}

/** What the policy makes of the scans of a release. */
export interface ScanJudgement {
  /** The product's fault, a sentence each. */
  readonly rejections: readonly string[];
  /** What nobody knows, a sentence each. */
  readonly blocks: readonly string[];
  readonly suppressed: readonly Suppressed[];
  /** Exceptions that had nothing to do or are past their day, a sentence each. */
  readonly stale: readonly string[];
}

const severities = ['note', 'warning', 'error'] as const;

/**
 * Judges scans. Pure. `expected` are the scanners that had to answer; `today` is the day (`2026-11-21`, UTC) that exceptions are held against.
 *
 * A finding at or above the policy's threshold rejects unless a suppression holds; a scanner that did not run, or never answered, blocks unless the
 * policy lets it be absent; one that missed its control always blocks. An exception holds through its last day.
 */
export function judgeScans(results: readonly ScanResult[], expected: readonly string[], policy: ScanPolicy, today: string): ScanJudgement {
  const rejections: string[] = [];
  const blocks: string[] = [];
  const suppressed: Suppressed[] = [];
  const used = new Set<object>();
  const holds = (exception: { readonly expires: string }): boolean => {
    used.add(exception);
    return exception.expires >= today;
  };

  for (const id of expected) {
    const result = results.find(({ scanner }) => scanner === id);
    if (result === undefined) blocks.push(`${id}: never answered`);
    else if (result.outcome.kind === 'not-run') {
      // One that is there and does not work is not absent.
      const absence = result.control?.caught === false ? undefined : policy.mayBeAbsent.find(({ scanner }) => scanner === id);
      if (absence === undefined || !holds(absence)) {
        const late = absence === undefined ? '' : `; that it may be absent held until ${absence.expires}`;
        blocks.push(`${scanAbsence(id, result.outcome.reason)}${late}`);
      }
    }
  }
  for (const { scanner, control, outcome } of results) {
    if (control !== undefined && !control.caught && outcome.kind !== 'not-run')
      blocks.push(`${scanner}: did not find ${control.what}, so what else it did not find means nothing`);
    if (outcome.kind !== 'findings') continue;
    for (const finding of outcome.findings) {
      if (severities.indexOf(finding.severity) < severities.indexOf(policy.failOn)) continue;
      const exception = policy.suppressions.find((candidate) => candidate.scanner === scanner && matches(candidate, finding));
      if (exception !== undefined && holds(exception)) {
        const { owner, reason, expires } = exception;
        suppressed.push({ scanner, finding, owner, reason, expires });
      } else rejections.push(scanRejection(scanner, finding));
    }
  }
  const told = ({ owner, expires }: { readonly owner: string; readonly expires: string }): string => `(${owner}, until ${expires})`;
  const stale = [
    // That a scanner ran where it need not have is good news.
    ...policy.mayBeAbsent
      .filter(({ expires }) => expires < today)
      .map((one) => `that ${one.scanner} may be absent ${told(one)} is past its day`),
    ...policy.suppressions
      .filter(({ scanner }) => results.some((result) => result.scanner === scanner && result.outcome.kind !== 'not-run'))
      .filter((one) => one.expires < today || !used.has(one))
      .map((one) => `the suppression of ${one.code} ${told(one)} ${one.expires < today ? 'is past its day' : 'had nothing to do'}`),
  ];
  return { rejections, blocks, suppressed, stale };
}

/** How a finding that rejects a release is told. */
export const scanRejection = (scanner: string, finding: ScanFinding): string => `${scanner}: ${finding.message}${placeOf(finding)}`;

/** How it is told that a scanner did not run; more may follow. */
export const scanAbsence = (scanner: string, reason: string): string => `${scanner}: did not run (${reason})`;

function matches(exception: ScanPolicy['suppressions'][number], finding: ScanFinding): boolean {
  if (exception.code !== finding.code) return false;
  if (exception.fingerprint !== undefined && exception.fingerprint !== finding.fingerprint) return false;
  return exception.path === undefined || (finding.where !== undefined && patternOf(exception.path).test(finding.where.path));
}

/** A path in which `*` stands for anything within a name and `**` for anything at all. */
const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${path.replaceAll(/\*\*|[.*+?^${}()|[\]\\]/g, (mark) => (mark === '**' ? '.*' : mark === '*' ? '[^/]*' : `\\${mark}`))}$`,
    'u',
  );

function placeOf({ where }: ScanFinding): string {
  if (where === undefined) return '';
  return ` (${where.path}${where.line === undefined ? '' : `:${where.line}`}${where.part === undefined ? '' : `, ${where.part}`})`;
}
