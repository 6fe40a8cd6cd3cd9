import path from 'node:path';
import type { LocalPath } from '../../core/ids.ts';
import { LabError } from '../../core/error.ts';
import { makeScanReport } from '../../core/scan-report.ts';
import { type ScanResult, asOf, scanInWords } from '../../core/scan.ts';
import { callUntil, callWithin } from '../../engine/deadline.ts';
import { runStep } from '../../engine/run-step.ts';
import { writeFileAtomic } from '../../host/files.ts';
import { securityPage } from '../../reporters/html/security-page.ts';
import { securityFiles } from '../../reporters/security/security-reporter.ts';
import { scanners } from '../../steps/scan/scanners.ts';
import type { LabCommand } from '../lab-command.ts';
import { withJson, withProject } from '../options.ts';
import { prepareRelease, scanRelease } from '../prepare-release.ts';
import { labVersion } from '../package-version.ts';
import { type ProjectOptions, openProject } from '../project.ts';
import { table } from '../table.ts';
import { workplaceIn } from '../workplace.ts';

const EXIT = { accepted: 0, rejected: 1, blocked: 3 } as const;

/** `lab scan`: builds the release and has every scanner look at it, without any guest. */
export const scanCommand: LabCommand = (command, context, finish) => {
  withJson(withProject(command), 'print the report as JSON')
    .option('--only <scanner>', 'only this scanner (repeat, or separate by commas); says nothing about the others', collect)
    .option('--anew', 'build, pack and look at everything anew, whatever was made or said of the same things before')
    .option('--output <dir>', 'where scan-report.json, scans.sarif, security.md and security.html go', 'reports/scan')
    .action(async (options: ProjectOptions & { json?: boolean; only?: readonly string[]; anew?: boolean; output: string }) => {
      const known = scanners.map(({ id }) => id);
      for (const name of options.only ?? [])
        if (!known.includes(name)) throw LabError.of('usage.unknown-name', { what: 'scanner', name, known: known.join(', ') });
      const chosen = scanners.filter(({ id }) => options.only?.includes(id) ?? true);
      const project = await openProject(options, context);
      const { folders, clock, signing } = workplaceIn(context);
      const { buildSeconds, scanSeconds } = project.config.timeouts;
      using call = callWithin(
        (buildSeconds * 2 + scanSeconds) * 1000,
        'building and scanning the release',
        clock,
        callUntil(context.signal),
      );
      const output = path.resolve(context.cwd, options.output) as LocalPath;
      const tell = (what: string): void => void context.stderr.write(`${what}\n`);

      const parts = { clock, folders, signing, anew: options.anew === true };
      await using prepared = await prepareRelease(
        project,
        parts,
        (step, work, describe) =>
          runStep(
            step,
            buildSeconds * 1000,
            {
              clock,
              emit: (event) => void (event.type === 'step-progress' && tell(`${step}: ${event.what}`)),
              ...(describe ? { describe } : {}),
            },
            work,
            call,
          ),
        call,
      );
      const results: ScanResult[] = [];
      await scanRelease(
        prepared,
        chosen,
        project,
        parts,
        (result) => results.push(result),
        (what) => tell(`scan: ${what}`),
        call,
      );
      const { product, commit, digest } = prepared.release.manifest;
      const report = makeScanReport({
        labVersion: await labVersion(),
        product: { name: product.name, version: product.version, commit, digest },
        day: clock.now().slice(0, 10),
        results,
        expected: chosen.map(({ id }) => id),
        policy: project.config.policy.scans,
      });
      for (const { fileName, content } of [...securityFiles(report), { fileName: 'security.html', content: securityPage(report) }])
        await writeFileAtomic(path.join(output, fileName), content);
      const verdict = report.rejections.length > 0 ? 'rejected' : report.blocks.length > 0 ? 'blocked' : 'accepted';
      if (options.json) context.stdout.write(`${JSON.stringify(report)}\n`);
      else {
        const rows = results.map((result) => [
          result.scanner,
          scanInWords(result.outcome) + asOf(result),
          `${(result.durationMs / 1000).toFixed(1)} s`,
        ]);
        context.stdout.write(`${table([['SCANNER', 'ANSWER', 'TOOK'], ...rows])}\n\n${verdict.toUpperCase()}\n`);
        for (const reason of [...report.rejections, ...report.blocks]) context.stdout.write(`  ${reason}\n`);
        for (const { scanner, finding, owner, expires } of report.suppressed)
          context.stdout.write(`  accepted by ${owner} until ${expires}: ${scanner}: ${finding.message}\n`);
        for (const stale of report.stale) context.stdout.write(`  to look at: ${stale}\n`);
        context.stdout.write(`\nReport  ${path.relative(context.cwd, path.join(output, 'security.html'))}\n`);
      }
      finish(EXIT[verdict]);
    });
};

const collect = (value: string, previous: readonly string[] | undefined): readonly string[] => [
  ...(previous ?? []),
  ...value.split(',').map((name) => name.trim()),
];
