import type { ReportFile, Reporter } from '../../core/reporter.ts';
import { type ScanReport, scanReportOf } from '../../core/scan-report.ts';
import { sarifOf } from './sarif.ts';
import { securityMarkdown } from './security-markdown.ts';

/** Writes the report on the scans of a release for machines and for tickets. Nothing where nothing was scanned. */
export const securityReporter = (): Reporter => ({
  name: 'security',
  on: () => {},
  finish: async ({ record, plan }) => {
    const report = scanReportOf(record, plan);
    return report === undefined ? [] : securityFiles(report);
  },
});

/** A report on scans in the forms that are no web page. Pure. */
export const securityFiles = (report: ScanReport): readonly ReportFile[] => [
  { fileName: 'scan-report.json', mediaType: 'application/json', content: `${JSON.stringify(report, undefined, 2)}\n` },
  { fileName: 'scans.sarif', mediaType: 'application/sarif+json', content: sarifOf(report) },
  { fileName: 'security.md', mediaType: 'text/markdown; charset=utf-8', content: securityMarkdown(report) },
];
