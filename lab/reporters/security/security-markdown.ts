import type { ScanReport } from '../../core/scan-report.ts';
import { type ScanFinding, type ScanResult, asOf, scanInWords } from '../../core/scan.ts';
import { plainLine } from '../wording/plain-text.ts';
import { countText, sizeText } from '../wording/quantity.ts';

/** Findings of one scanner that stand in the text; all are in the JSON. */
const MOST_FINDINGS = 100;
const MOST_TEXT = 400;

/** The report on the scans as Markdown: what a person reads, and what goes to a ticket. Nothing in it can be markup of somebody else's. */
export function securityMarkdown(report: ScanReport): string {
  const { product, results, rejections, blocks, suppressed, stale } = report;
  const verdict = rejections.length > 0 ? 'REJECTED' : blocks.length > 0 ? 'BLOCKED' : 'ACCEPTED';
  const lines = [
    `# Security report: ${text(product.name)} ${text(product.version)}`,
    '',
    `**${verdict}** on ${report.day}. Commit ${code(product.commit)}, bundle ${code(product.digest)}.`,
    '',
    ...list('Why it must not ship', rejections),
    ...list('What nobody knows', blocks),
    '| Scanner | Answer | Looked with | Knows | Control | Looked at |',
    '|---|---|---|---|---|---|',
    ...results.map((result) => `| ${rowOf(result).map(cell).join(' | ')} |`),
    '',
    ...results.flatMap((result) => [...sectionOf(result, report), ...measuredOf(result)]),
    ...list(
      'Accepted by somebody',
      suppressed.map(
        ({ scanner, finding, owner, reason, expires }) =>
          `${scanner}: ${finding.message}${placeOf(finding)}. ${owner}, until ${expires}: ${reason}`,
      ),
    ),
    ...list('Exceptions to look at', stale),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

const list = (title: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : [`## ${title}`, '', ...items.map((item) => `- ${text(item)}`), ''];

function rowOf({ title, outcome, reused, tool, database, control, looked }: ScanResult): readonly string[] {
  return [
    title,
    outcome.kind === 'not-run' ? '**NOT RUN**' : scanInWords(outcome) + asOf({ reused }),
    tool === undefined ? '' : `${tool.name} ${tool.version}`,
    database === undefined ? '' : `${database.name}, ${database.date}`,
    control === undefined ? '' : control.caught ? 'found' : '**MISSED**',
    looked.files === 0 ? '' : `${countText(looked.files, 'file')}${looked.bytes === 0 ? '' : `, ${sizeText(looked.bytes)}`}`,
  ];
}

function sectionOf({ title, question, outcome }: ScanResult, report: ScanReport): readonly string[] {
  switch (outcome.kind) {
    case 'clean':
      return [];
    case 'not-run':
      return [
        `## ${text(title)}`,
        '',
        `${text(question)} **Nobody knows**: ${text(outcome.reason)}.`,
        '',
        `What to do: ${text(outcome.fix)}`,
        '',
      ];
    case 'findings': {
      const accepted = new Set(report.suppressed.map(({ finding }) => finding.fingerprint));
      const more = outcome.findings.length - MOST_FINDINGS;
      return [
        `## ${text(title)}`,
        '',
        text(question),
        '',
        ...outcome.findings
          .slice(0, MOST_FINDINGS)
          .flatMap((finding) => [
            `- **${accepted.has(finding.fingerprint) ? 'accepted' : finding.severity}** ${text(finding.message)}${text(placeOf(finding))} (${code(finding.code)}, ${code(finding.fingerprint)})`,
            `  What to do: ${text(finding.fix)}`,
          ]),
        ...(more > 0 ? [`- and ${more} more in scan-report.json`] : []),
        '',
      ];
    }
  }
}

/** A table of what a scanner measured; nothing where it measured nothing. */
function measuredOf({ title, measured = [] }: ScanResult): readonly string[] {
  if (measured.length === 0) return [];
  const rows = measured.slice(0, MOST_FINDINGS).map(({ label, value, note = '' }) => `| ${[label, value, note].map(text).join(' | ')} |`);
  return [`### What was measured: ${text(title)}`, '', '| What | How much | Note |', '|---|---|---|', ...rows, ''];
}

function placeOf({ where }: ScanFinding): string {
  if (where === undefined) return '';
  return `, ${where.path}${where.line === undefined ? '' : `:${where.line}`}${where.part === undefined ? '' : ` (${where.part})`}`;
}

/** One harmless line: what Markdown and HTML would take for markup is escaped. */
const text = (said: string): string => plainLine(said, MOST_TEXT).replaceAll(/[\\`*_{}[\]<>#|~&!]/g, (mark) => `\\${mark}`);
/** What stands in a code span needs no escaping and allows none: the few characters that could end it or a table go. */
const code = (said: string): string => `\`${plainLine(said, 120).replaceAll(/[`<>|[\]]/g, '?')}\``;
/** What was made bold on purpose stays so. */
const cell = (said: string): string => (/^\*\*[A-Z ]+\*\*$/.test(said) ? said : text(said));
