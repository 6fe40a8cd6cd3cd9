import type { Reporter } from '../../core/reporter.ts';
import { scanReportOf } from '../../core/scan-report.ts';
import { collectInlineEvidence } from './evidence.ts';
import { reportPage } from './page.ts';
import { securityPage } from './security-page.ts';

/** Makes `report.html`, and `security.html` where the release was scanned: each one file that is readable without script and without network, in which no text of a guest can do anything. */
export const htmlReporter = (): Reporter => ({
  name: 'html',
  on: () => {},
  finish: async (run, call) => {
    const scans = scanReportOf(run.record, run.plan);
    return [
      {
        fileName: 'report.html',
        mediaType: 'text/html; charset=utf-8',
        content: reportPage(run, await collectInlineEvidence(run, call.signal)),
      },
      ...(scans === undefined ? [] : [{ fileName: 'security.html', mediaType: 'text/html; charset=utf-8', content: securityPage(scans) }]),
    ];
  },
});
