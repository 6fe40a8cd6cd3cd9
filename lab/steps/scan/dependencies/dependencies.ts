import path from 'node:path';
import type { Call } from '../../../core/call.ts';
import { LabError } from '../../../core/error.ts';
import type { LocalPath } from '../../../core/ids.ts';
import type { ScanFinding, ScanSubject, Scanner } from '../../../core/scan.ts';
import { validate } from '../../../core/validate.ts';
import { exec } from '../../../host/exec.ts';
import { digestPlainFile, readPlainFile } from '../../../host/plain-file.ts';
import { thirdPartyLicencesFormat } from '../../bundle/third-party-licences.ts';
import { notRun } from '../not-run.ts';
import { scanFindingOf } from '../scan-finding.ts';
import { type AdvisorySource, knownBad } from './advisory-source.ts';
import type { Advisory, ShippedPackage } from './osv.ts';

const LIST = 'THIRD_PARTY_LICENSES.json';
const MOST_BYTES = 16 << 20;
const FIX_ABSENT =
  'Let npm reach a registry that answers `npm audit`, or name a snapshot of advisories in lab.config.json (scans.osvSnapshot): the `all.zip` of the npm ecosystem from osv.dev.';
/** Advisories older than this miss what was found since. */
const OLD_AFTER_DAYS = 30;
const DAY_MS = 86_400_000;

/** Asks for known vulnerabilities in the npm packages that are inside the executable. */
export const dependencies: Scanner = {
  id: 'dependencies',
  title: 'Known vulnerabilities',
  question: 'Is there a known vulnerability in a package that ships?',
  waits: true,
  // What is known of packages changes every hour; a day is told with the answer.
  basis: async ({ manifest, today, config, projectRoot, folders }, call) => ({
    manifest,
    today,
    npm: (await exec('npm', ['config', 'list', '--json'], call, { cwd: folders.cache }).catch(() => undefined))?.stdout ?? 'none',
    snapshot:
      config.scans.osvSnapshot === undefined
        ? undefined
        : (await digestPlainFile(path.resolve(projectRoot, config.scans.osvSnapshot), call.signal)).sha256,
  }),
  scan: async (subject, call) => {
    const source = await findSource(subject, call);
    if (typeof source === 'string') return notRun(source, FIX_ABSENT);
    const text = (await readPlainFile(path.join(subject.bundle, LIST), MOST_BYTES)).toString('utf8');
    const packages = validate(thirdPartyLicencesFormat, JSON.parse(text), LIST).components.flatMap(({ purl }) => npmPackage(purl) ?? []);
    const caught = (await source.advisoriesFor([knownBad])).length > 0;
    const advisories = await source.advisoriesFor(packages);
    const [first, ...more] = [...advisories.map(findingOf), ...ageFinding(source, subject.today)];
    return {
      tool: source.tool,
      database: source.database,
      control: { what: `the known holes of ${knownBad.name} ${knownBad.version}`, caught },
      looked: { files: packages.length, bytes: text.length },
      outcome: first === undefined ? { kind: 'clean' } : { kind: 'findings', findings: [first, ...more] },
    };
  },
};

async function findSource(subject: ScanSubject, call: Call): Promise<AdvisorySource | string> {
  const { npmAudit } = await import('./npm-audit.ts');
  const asked = await npmAudit(subject, call);
  const { osvSnapshot: snapshot } = subject.config.scans;
  if (typeof asked !== 'string' || snapshot === undefined) return asked;
  try {
    const { osvSnapshot } = await import('./osv-snapshot.ts');
    return await osvSnapshot(path.resolve(subject.projectRoot, snapshot) as LocalPath, call);
  } catch (error) {
    if (call.signal.aborted) throw error;
    return `${asked}; and ${snapshot} cannot be used: ${error instanceof LabError || error instanceof Error ? error.message : String(error)}`;
  }
}

// pkg:npm/%40scope/name@1.2.3
const NPM_PURL = /^pkg:npm\/(?:(%40[^/@]+)\/)?([^/@]+)@([^@?#]+)$/;

/** The npm package that a package URL names. */
export function npmPackage(purl: string): ShippedPackage | undefined {
  const [, scope, name, version] = NPM_PURL.exec(purl) ?? [];
  if (name === undefined || version === undefined) return undefined;
  return { name: scope === undefined ? name : `${decodeURIComponent(scope)}/${name}`, version: decodeURIComponent(version) };
}

function findingOf({ package: { name, version }, id, title, severity, fixedIn }: Advisory): ScanFinding {
  const fix = fixedIn === undefined ? `Nothing mends it yet: look whether ${name} is needed at all.` : `Take ${name} ${fixedIn} or later.`;
  const weight = severity === 'low' ? 'note' : severity === 'moderate' ? 'warning' : 'error';
  return scanFindingOf(
    `dependencies.${severity}`,
    weight,
    `${name} ${version}: ${title} (${id})`,
    fix,
    { path: LIST, part: `${name}@${version}` },
    id,
  );
}

function ageFinding({ database }: AdvisorySource, today: string): readonly ScanFinding[] {
  const days = Math.floor((Date.parse(today) - Date.parse(database.date)) / DAY_MS);
  if (!(days > OLD_AFTER_DAYS)) return [];
  return [
    scanFindingOf(
      'dependencies.advisories-old',
      'warning',
      `the newest advisory is ${days} days old`,
      'Fetch a new snapshot.',
      undefined,
      'snapshot',
    ),
  ];
}
