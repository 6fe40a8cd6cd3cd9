import type { Reporter } from '../../core/reporter.ts';
import { collectInlineEvidence } from './evidence.ts';
import { reportPage } from './page.ts';

/** Makes `report.html`: one file that is readable without script and without network, in which no text of a guest can do anything. */
export const htmlReporter = (): Reporter => ({
  name: 'html',
  on: () => {},
  finish: async (run, call) => [
    {
      fileName: 'report.html',
      mediaType: 'text/html; charset=utf-8',
      content: reportPage(run, await collectInlineEvidence(run, call.signal)),
    },
  ],
});
