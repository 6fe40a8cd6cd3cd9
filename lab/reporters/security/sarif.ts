import type { ScanReport } from '../../core/scan-report.ts';
import type { ScanFinding, ScanResult } from '../../core/scan.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/**
 * The report as SARIF 2.1.0 (OASIS), for code hosts and editors: a run for each scanner. One that did not run says so with `executionSuccessful:
 * false` and a notification; findings that somebody answers for carry a suppression.
 */
export function sarifOf(report: ScanReport): string {
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: report.results.map((result) => runOf(result, report)) }, undefined, 2)}\n`;
}

function runOf(result: ScanResult, report: ScanReport): unknown {
  const { outcome, scanner, title, question, tool } = result;
  const findings = outcome.kind === 'findings' ? outcome.findings : [];
  const rules = [...new Map(findings.map((finding) => [finding.code, finding])).values()];
  return {
    tool: {
      driver: {
        name: `AniVault Lab ${scanner}`,
        semanticVersion: report.labVersion,
        fullName: `${title}${tool === undefined ? '' : ` (${tool.name} ${tool.version})`}`,
        shortDescription: { text: question },
        rules: rules.map(({ code, fix }) => ({ id: code, help: { text: fix } })),
      },
    },
    automationDetails: { id: `${report.product.name}/${report.product.version}/${scanner}` },
    invocations: [
      {
        executionSuccessful: outcome.kind !== 'not-run',
        ...(outcome.kind === 'not-run'
          ? { toolExecutionNotifications: [{ level: 'error', message: { text: `${outcome.reason}. ${outcome.fix}` } }] }
          : {}),
      },
    ],
    columnKind: 'utf16CodeUnits',
    results: findings.map((finding) =>
      resultOf(
        scanner,
        finding,
        rules.findIndex(({ code }) => code === finding.code),
        report,
      ),
    ),
  };
}

function resultOf(scanner: string, finding: ScanFinding, ruleIndex: number, report: ScanReport): unknown {
  const { where } = finding;
  const accepted = report.suppressed.find((one) => one.scanner === scanner && one.finding.fingerprint === finding.fingerprint);
  return {
    ruleId: finding.code,
    ruleIndex,
    level: finding.severity,
    message: { text: finding.message },
    ...(where === undefined
      ? {}
      : {
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: where.path.toWellFormed().split('/').map(encodeURIComponent).join('/') },
                ...(where.line === undefined ? {} : { region: { startLine: where.line } }),
              },
              ...(where.part === undefined ? {} : { logicalLocations: [{ name: where.part }] }),
            },
          ],
        }),
    partialFingerprints: { 'anivaultLab/v1': finding.fingerprint },
    ...(accepted === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: `${accepted.owner}, until ${accepted.expires}: ${accepted.reason}`,
            },
          ],
        }),
  };
}
