import { h } from 'preact';
import type { FinishedRun } from '../../core/reporter.ts';
import type { RunRecord } from '../../core/record.ts';
import { countText, sizeText } from '../wording/quantity.ts';
import { errorNote } from './guests.ts';
import { type Html, definitions, digest, said, saidAtLength, section } from './shown.ts';

/** Remarks beyond this stand in the journal only. */
const MOST_REMARKS = 200;

/** Warnings, retries and errors of the run itself: what went on without being an answer. */
export function remarks(record: RunRecord): Html | undefined {
  const { warnings, retries, errors } = record;
  const total = warnings.length + retries.length + errors.length;
  if (total === 0) return undefined;
  const items = [
    ...errors.map((error) => h('li', { class: 'error' }, errorNote(error))),
    ...warnings.map((warning) =>
      h(
        'li',
        { class: 'warning' },
        h(
          'p',
          {},
          h('span', { class: 'label' }, 'Warning'),
          ' ',
          warning.guest === undefined ? undefined : h('strong', {}, `${said(warning.guest, 60)}: `),
          saidAtLength(warning.message),
          ' ',
          h('code', {}, said(warning.code, 120)),
        ),
      ),
    ),
    ...retries.map((retry) =>
      h(
        'li',
        { class: 'note' },
        h(
          'p',
          {},
          h('span', { class: 'label' }, 'Retry'),
          ` ${said(retry.what)}, attempt ${retry.attempt}: `,
          saidAtLength(retry.error.message),
          ' ',
          h('code', {}, said(retry.error.code, 120)),
        ),
      ),
    ),
  ];
  return section(
    'remarks',
    'Warnings and retries',
    h('ul', { class: 'plain findings' }, items.slice(0, MOST_REMARKS)),
    items.length > MOST_REMARKS
      ? h('p', { class: 'quiet' }, `and ${countText(items.length - MOST_REMARKS, 'more remark')} in events.ndjson`)
      : undefined,
  );
}

/** The machine the run took place on. */
export function environment({ host, labVersion }: RunRecord): Html {
  return section(
    'environment',
    'Environment',
    definitions([
      ['System', `${said(host.os, 200)}, kernel ${said(host.kernel, 200)}, ${said(host.architecture, 40)}`],
      ['Processors', String(host.logicalProcessors)],
      ['Memory', sizeText(host.memoryBytes)],
      ['Node', said(host.node, 40)],
      ['Lab', said(labVersion, 40)],
    ]),
  );
}

/** What ties this page to the run, and how to find out whether anything was changed since. */
export function provenance({ record, recordSha256 }: FinishedRun): Html {
  const { bundle } = record;
  return section(
    'provenance',
    'Provenance',
    definitions([
      ['Run', h('code', {}, said(record.runId, 60))],
      ['record.json', digest(recordSha256)],
      ['plan.json', record.plan === undefined ? undefined : digest(record.plan)],
      ['Bundle', bundle === undefined ? undefined : digest(bundle.digest)],
      [
        'Archive',
        bundle === undefined
          ? undefined
          : [`${said(bundle.archive.fileName, 120)}, ${sizeText(bundle.archive.sizeBytes)}, `, digest(bundle.archive.sha256)],
      ],
    ]),
    h('p', {}, 'The seal beside this file covers every byte of the run, this page included. To check it:'),
    h('pre', { tabindex: 0, class: 'command' }, `npm run lab -- verify ${said(record.runId, 60)}`),
  );
}
