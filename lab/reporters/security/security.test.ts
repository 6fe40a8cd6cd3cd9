import t from 'tap';
import { makeScanReport, scanReportOf } from '../../core/scan-report.ts';
import { scanPolicy } from '../../core/scan-policy.ts';
import type { ScanFinding } from '../../core/scan.ts';
import { sampleKinds } from '../../testing/fixtures/sample-events.ts';
import { sampleRun } from '../../testing/fixtures/sample-run.ts';
import { securityPage } from '../html/security-page.ts';
import { sarifOf } from './sarif.ts';
import { securityMarkdown } from './security-markdown.ts';
import { securityFiles } from './security-reporter.ts';

const reportOf = (kind: (typeof sampleKinds)[number]) => {
  const { record, plan } = sampleRun(kind);
  const report = scanReportOf(record, plan);
  if (report === undefined) throw new Error('the sample has no scans');
  return report;
};

interface Sarif {
  version: string;
  runs: {
    tool: { driver: { name: string; rules: { id: string }[] } };
    invocations: { executionSuccessful: boolean }[];
    results: { ruleId: string; ruleIndex: number; level: string; suppressions?: { justification: string }[]; locations?: unknown[] }[];
  }[];
}

t.test('SARIF: a run for each scanner, what did not run said, what is accepted marked', async (t) => {
  const sarif = JSON.parse(sarifOf(reportOf('rejected'))) as Sarif;
  t.equal(sarif.version, '2.1.0');
  const [lint, malware] = sarif.runs;
  t.equal(lint?.tool.driver.name, 'AniVault Lab executable-lint');
  t.same(
    lint?.results.map(({ level, suppressions }) => [level, suppressions?.length ?? 0]),
    [
      ['warning', 1],
      ['note', 0],
      ['error', 0],
    ],
  );
  for (const { ruleId, ruleIndex } of lint?.results ?? []) t.equal(lint?.tool.driver.rules[ruleIndex]?.id, ruleId);
  t.match(lint?.results[0]?.suppressions?.[0]?.justification, /Mei Tanaka, until 2099-12-31/);
  t.match(lint?.results[2]?.locations, [{ physicalLocation: { artifactLocation: { uri: 'anivault.exe' } } }]);
  t.same(
    malware?.invocations.map(({ executionSuccessful }) => executionSuccessful),
    [false],
  );
});

t.test('what was measured stands in both texts, and nothing in it is markup', async (t) => {
  const report = reportOf('accepted');
  const measured = [
    { label: '.text', value: '58.20 MiB', note: '54.9 %, 6.41 bits a byte' },
    { label: 'a|b <script>', value: '1' },
  ];
  const [lint, ...rest] = report.results;
  if (lint === undefined) throw new Error('the sample has no scans');
  const measuring = { ...report, results: [{ ...lint, measured }, ...rest] };
  const markdown = securityMarkdown(measuring);
  t.match(markdown, '| .text | 58.20 MiB | 54.9 %, 6.41 bits a byte |');
  t.match(markdown, String.raw`a\|b \<script\>`);
  t.match(securityPage(measuring), /<th scope="row">\.text<\/th><td>58\.20 MiB<small>/);
  t.notMatch(securityPage(measuring), '<script>');
  t.notMatch(securityMarkdown(report), 'was measured');
});

t.test('the verdict stands first in every form', async (t) => {
  t.match(
    securityMarkdown(reportOf('rejected')),
    /^# Security report: AniVault 0\\\.1\\\.0|^# Security report: AniVault 0\.1\.0\n\n\*\*REJECTED\*\*/,
  );
  t.match(securityMarkdown(reportOf('accepted')), /\*\*ACCEPTED\*\* on /);
  t.match(securityMarkdown(reportOf('accepted')), /\| Malware \| \*\*NOT RUN\*\* \|/);
  t.match(securityPage(reportOf('rejected')), />REJECTED</);
  const missing = { ...sampleRun('accepted'), plan: { ...sampleRun('accepted').plan, scans: ['executable-lint', 'malware', 'secrets'] } };
  const blocked = scanReportOf(missing.record, missing.plan);
  t.match(blocked?.blocks, ['secrets: never answered']);
  t.match(securityMarkdown(blocked!), /\*\*BLOCKED\*\*/);
});

const evil = `<script>alert(1)</script> [x](javascript:alert(1)) \`code\` | *bold* \u202E\u0007 ${'long '.repeat(300)}`;
const hostile: ScanFinding = {
  code: 'evil.code',
  severity: 'error',
  message: evil,
  fix: evil,
  where: { path: `src/${evil}`, line: 1, part: evil },
  fingerprint: '0123456789abcdef',
};

t.test('what a scanner read cannot become markup', async (t) => {
  const report = makeScanReport({
    labVersion: '0.1.0',
    product: { name: evil, version: evil, commit: evil, digest: '0'.repeat(64) as never },
    day: '2026-11-21',
    results: [
      {
        scanner: 'evil',
        title: evil,
        question: evil,
        looked: { files: 1, bytes: 1 },
        outcome: { kind: 'findings', findings: [hostile] },
        durationMs: 1,
      },
      {
        scanner: 'gone',
        title: evil,
        question: evil,
        looked: { files: 0, bytes: 0 },
        outcome: { kind: 'not-run', reason: evil, fix: evil },
        durationMs: 1,
      },
    ],
    expected: ['evil', 'gone'],
    policy: scanPolicy.parse({}),
  });
  const markdown = securityMarkdown(report);
  t.notMatch(markdown, /(?<!\\)<script/);
  t.notMatch(markdown, /(?<!\\)\]\(javascript/);
  t.notMatch(markdown, /[\u202E\u0007]/);
  for (const row of markdown.split('\n').filter((line) => line.startsWith('|')))
    t.equal(row.replaceAll('\\|', '').split('|').length, 8, 'a row of the table keeps its columns');
  const page = securityPage(report);
  t.notMatch(page, /<script/);
  t.notMatch(page, /[\u202E\u0007]/);
  t.doesNotThrow(() => JSON.parse(sarifOf(report)) as unknown);
});

t.test('every sample has its files, and the same report gives the same bytes', async (t) => {
  for (const kind of sampleKinds) {
    t.same(securityFiles(reportOf(kind)), securityFiles(reportOf(kind)), kind);
    t.same(
      securityFiles(reportOf(kind)).map(({ fileName }) => fileName),
      ['scan-report.json', 'scans.sarif', 'security.md'],
    );
  }
});
