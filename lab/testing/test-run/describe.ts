import type { Failure, TestFileResult } from './test-file.ts';

/** Keys of tap's diagnosis that say nothing to a reader. */
const DULL_KEYS = new Set(['compare', 'tapCaught', 'test', 'stdio', 'cwd', 'externalID']);

/** One line for a file that passed; for one that failed, each failed test point in full and whatever else the file printed. */
export function describeFile(result: TestFileResult): string {
  const seconds = `${(result.durationMs / 1000).toFixed(1)} s`;
  const counts = [
    `${result.passed} passed`,
    ...(result.failures.length ? [`${result.failures.length} failed`] : []),
    ...(result.skips.length ? [`${result.skips.length} skipped`] : []),
  ];
  const line = `${result.ok ? 'ok  ' : 'FAIL'} ${result.file}  ${counts.join(', ')}  ${seconds}\n`;
  if (result.ok) return line;
  const output = result.output.trim() === '' ? '' : `  what it printed:\n${indent(result.output.trimEnd(), 4)}\n`;
  return `${line}${result.failures.map(describeFailure).join('')}${output}`;
}

/** The end of a test run: skips with their reasons, the files that failed, and as the last line the counts. */
export function describeSummary(
  results: readonly TestFileResult[],
  end: { readonly interrupted: string | undefined; readonly notRun: number },
): string {
  const lines: string[] = [''];
  const skips = results.flatMap((result) => result.skips.map((skip) => `  ${result.file}: ${skip.name}: ${skip.reason}`));
  if (skips.length > 0) lines.push('Skipped:', ...skips, '');
  const failed = results.filter((result) => !result.ok);
  if (failed.length > 0) lines.push('Failed:', ...failed.map((result) => `  ${result.file}`), '');
  if (end.interrupted !== undefined) lines.push(`Stopped by ${end.interrupted}: ${end.notRun} files did not finish.`, '');
  else if (results.length === 0) lines.push('No test file matches.', '');
  const sum = (count: (result: TestFileResult) => number): number => results.reduce((total, result) => total + count(result), 0);
  const skipped = sum((result) => result.skips.length);
  lines.push(
    `${sum((result) => result.passed)} passed, ${sum((result) => result.failures.length)} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  );
  return `${lines.join('\n')}\n`;
}

function describeFailure({ name, diagnosis }: Failure): string {
  const { at, reason, ...rest } = diagnosis;
  const place = at as { fileName?: string; lineNumber?: number; columnNumber?: number } | undefined;
  const lines = [`  ✗ ${name}${typeof reason === 'string' ? `: ${reason}` : ''}`];
  if (place?.fileName !== undefined) lines.push(`    at ${place.fileName}:${place.lineNumber}:${place.columnNumber}`);
  for (const [key, value] of Object.entries(rest)) {
    if (DULL_KEYS.has(key)) continue;
    const text = typeof value === 'string' ? value.trimEnd() : JSON.stringify(value, null, 2);
    lines.push(text.includes('\n') ? `    ${key}:\n${indent(text, 6)}` : `    ${key}: ${text}`);
  }
  return `${lines.join('\n')}\n`;
}

const indent = (text: string, spaces: number): string => text.replace(/^/gm, ' '.repeat(spaces));
