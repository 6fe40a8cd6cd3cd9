import path from 'node:path';
import semver from 'semver';
import { z } from 'zod';
import type { Call } from '../../../core/call.ts';
import { exec } from '../../../host/exec.ts';
import { writeFileAtomic } from '../../../host/files.ts';
import { makeWorkshop } from '../../../host/workshop.ts';
import type { ScanSubject } from '../../../core/scan.ts';
import { type AdvisorySource, knownBad } from './advisory-source.ts';
import { type Advisory, type ShippedPackage, severityOf } from './osv.ts';

const advisory = z.object({
  source: z.number(),
  name: z.string(),
  title: z.string(),
  url: z.string(),
  severity: z.string(),
  range: z.string(),
});
/** What is read of `npm audit --json` (auditReportVersion 2); texts among `via` name another package that is listed itself. */
const report = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), advisory])) })),
});

/**
 * Asks the registry that npm is set up with. The packages are put into a lock file of their own, so that what only development uses does not count.
 * The reason as a text where the registry does not answer.
 */
export async function npmAudit(subject: ScanSubject, call: Call): Promise<AdvisorySource | string> {
  const ask = async (packages: readonly ShippedPackage[]): Promise<readonly Advisory[] | string> => {
    await using workshop = await makeWorkshop(subject.folders.cache);
    const lock = {
      name: 'asked',
      version: '0.0.0',
      lockfileVersion: 3,
      packages: {
        '': { name: 'asked', version: '0.0.0', dependencies: Object.fromEntries(packages.map((one) => [one.name, one.version])) },
        ...Object.fromEntries(packages.map((one) => [`node_modules/${one.name}`, { version: one.version }])),
      },
    };
    const write = (name: string, content: unknown): Promise<void> =>
      writeFileAtomic(path.join(workshop.folder, name), JSON.stringify(content));
    await write('package.json', lock.packages['']);
    await write('package-lock.json', lock);
    const result = await exec('npm', ['audit', '--json', '--package-lock-only', '--ignore-scripts'], call, { cwd: workshop.folder });
    call.signal.throwIfAborted();
    return readAudit(result.stdout, packages);
  };
  // One question before the first that counts: it tells whether there are answers at all.
  let first: readonly Advisory[] | string;
  try {
    first = await ask([knownBad]);
  } catch (error) {
    if (call.signal.aborted || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return 'there is no npm on this machine';
  }
  if (typeof first === 'string') return first;
  return {
    tool: { name: 'npm audit', version: (await exec('npm', ['--version'], call)).stdout.trim() },
    database: { name: 'advisories of the npm registry', date: subject.today },
    advisoriesFor: async (packages) => {
      const answer = await ask(packages);
      if (typeof answer === 'string') throw new Error(answer);
      return answer;
    },
  };
}

/** The advisories in a report that hold for one of the packages; a text that says why it is none. */
export function readAudit(text: string, packages: readonly ShippedPackage[]): readonly Advisory[] | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return `npm audit does not answer in JSON: ${text.trim().slice(0, 120)}`;
  }
  const parsed = report.safeParse(json);
  if (!parsed.success) {
    const message = (json as { message?: unknown } | null)?.message;
    // 405 Method Not Allowed - POST https://…
    const said = typeof message === 'string' ? message.replace(/\s*-\s*(?:POST|GET)\s.*$/s, '') : 'it is not a report of version 2';
    return `the registry does not answer npm audit: ${said.slice(0, 120)}`;
  }
  const seen = new Set<string>();
  return Object.values(parsed.data.vulnerabilities)
    .flatMap(({ via }) => via.filter((one) => typeof one !== 'string'))
    .flatMap(({ name, title, url, severity, range }) =>
      packages
        .filter((one) => one.name === name && semver.satisfies(one.version, range, { includePrerelease: true }))
        .map((one): Advisory => ({ package: one, id: url.replace(/^.*\//, ''), title, severity: severityOf(severity) })),
    )
    .filter(({ package: { name, version }, id }) => {
      const key = `${name}@${version} ${id}`;
      return !seen.has(key) && seen.add(key);
    });
}
