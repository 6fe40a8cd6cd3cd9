import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import type { Call } from '../../../core/call.ts';
import type { LocalPath } from '../../../core/ids.ts';
import type { ScanFinding, Scanner } from '../../../core/scan.ts';
import { digestsOf } from '../../../host/code-digest.ts';
import { exec } from '../../../host/exec.ts';
import { writeFileAtomic } from '../../../host/files.ts';
import { readPlainFile, writeNewFile } from '../../../host/plain-file.ts';
import { sourceFiles } from '../../../host/source-files.ts';
import { listTree } from '../../../host/tree.ts';
import { makeWorkshop } from '../../../host/workshop.ts';
import { treeDigest } from '../scan-digests.ts';
import { scanFindingOf } from '../scan-finding.ts';
import { securityRules } from './security-rules.ts';

const here = createRequire(import.meta.url);
const oxlint = here.resolve('oxlint/package.json');

const report = z.object({
  diagnostics: z.array(
    z.object({
      message: z.string(),
      code: z.string().optional(),
      severity: z.string(),
      help: z.string().optional(),
      filename: z.string(),
      labels: z.array(z.object({ span: z.object({ offset: z.int(), length: z.int(), line: z.int() }) })).default([]),
    }),
  ),
  number_of_files: z.int(),
});

/** Reads the product's sources for what is dangerous in itself: code made of strings, programs started with them, patterns that never end. */
export const staticAnalysis: Scanner = {
  id: 'static-analysis',
  title: 'Static analysis',
  question: 'Is there code in the product that is dangerous in itself?',
  basis: async ({ projectRoot, config }, call) => {
    const entry = entryFolder(config.product.entry);
    // What git ignores the analysis leaves out, whatever says so and wherever that stands.
    const known = (await sourceFiles(projectRoot, call)).filter((name) => entry === '.' || name.startsWith(`${entry}/`));
    const ignoring = await digestsOf(projectRoot, ['.gitignore', '.eslintignore', '.oxlintignore'], call);
    return { entry, known, ignoring, tree: await treeDigest(path.join(projectRoot, entry) as LocalPath, call) };
  },
  scan: async (subject, call) => {
    await using workshop = await makeWorkshop(subject.folders.cache);
    const settings = path.join(workshop.folder, 'oxlint.json') as LocalPath;
    await writeFileAtomic(settings, JSON.stringify(securityRules(here.resolve('eslint-plugin-security'))));
    const planted = path.join(workshop.folder, 'planted') as LocalPath;
    await writeFileAtomic(path.join(workshop.folder, 'garden', 'planted.ts'), PLANTED);
    await copySources(workshop.folder, 'garden', planted, call);
    const control = await analyse(planted, settings, call);
    const copy = path.join(workshop.folder, 'sources') as LocalPath;
    await copySources(subject.projectRoot, entryFolder(subject.config.product.entry), copy, call);
    const { findings, files } = await analyse(copy, settings, call);
    const [first, ...more] = findings;
    return {
      tool: {
        name: 'oxlint with eslint-plugin-security',
        version: `${versionIn(oxlint)} and ${versionIn(here.resolve('eslint-plugin-security/package.json'))}`,
      },
      control: {
        what: 'a program started with a string that came from elsewhere, and code made of one, under comments that forbid to look',
        caught: ['eslint-no-eval', 'eslint-no-implied-eval', 'security-detect-child-process'].every((rule) =>
          control.findings.some(({ code }) => code === `static-analysis.${rule}`),
        ),
      },
      looked: { files, bytes: 0 },
      outcome: first === undefined ? { kind: 'clean' } : { kind: 'findings', findings: [first, ...more] },
    };
  },
};

/** `src/main.ts` → `src` */
const entryFolder = (entry: string): string => entry.split('/')[0] ?? '.';

// main.ts  part.cjs  page.tsx
const SOURCE = /\.[cm]?[jt]sx?$/;
// node_modules/a/b  .git/HEAD  deep/node_modules/a
const NOT_SOURCES = /(?:^|\/)(?:node_modules|\.git)\//;
const MOST_ENTRIES = 100_000;
/** Far above any that somebody wrote. */
const MOST_SOURCE_BYTES = 16 << 20;
// eslint-disable  oxlint-disable-next-line
const DIRECTIVE = /\b(es|ox)lint-(?=(?:dis|en)able)/g;

/**
 * Copies sources to where neither git, a list of files to leave out nor a comment keeps the rules from them: accepting a finding is for the policy, where
 * somebody answers for it. Lines and columns stay.
 */
async function copySources(projectRoot: LocalPath, entry: string, into: LocalPath, call: Call): Promise<void> {
  const entries = await listTree(path.join(projectRoot, entry), MOST_ENTRIES, call.signal);
  for (const { path: name, kind } of entries) {
    if (kind !== 'file' || !SOURCE.test(name) || NOT_SOURCES.test(name)) continue;
    const text = (await readPlainFile(path.join(projectRoot, entry, name), MOST_SOURCE_BYTES)).toString('utf8');
    await writeNewFile(path.join(into, entry, name), text.replaceAll(DIRECTIVE, '$1lint_'), call.signal);
  }
}

const PLANTED = `import { exec } from 'node:child_process';
/* ${['eslint', 'disable'].join('-')} */
export function planted(text: string): unknown {
  exec('ls ' + text);
  setTimeout('planted()', 1);
  return eval(text);
}
`;

/** What the rules say of a folder; paths are told relative to it. Throws when the analysis itself fails. */
async function analyse(
  folder: LocalPath,
  settings: LocalPath,
  call: Call,
): Promise<{ readonly findings: readonly ScanFinding[]; readonly files: number }> {
  const program = path.join(path.dirname(oxlint), 'bin', 'oxlint');
  const args = [program, '--config', settings, '--disable-nested-config', '--format', 'json', folder];
  const result = await exec(process.execPath, args, call, { cwd: folder });
  call.signal.throwIfAborted();
  if (result.exitCode !== 0 && result.exitCode !== 1)
    throw new Error(`oxlint ended with ${result.exitCode ?? result.signal}: ${(result.stderr || result.stdout).trim().slice(-300)}`);
  const { diagnostics, number_of_files: files } = report.parse(JSON.parse(result.stdout));
  if (files === 0) throw new Error(`oxlint found nothing to read in ${path.basename(folder)}`);
  const findings = diagnostics.map(({ message, code = 'unknown', severity, help, filename, labels }) => {
    // eslint(no-eval) → eslint-no-eval
    const rule = code.replaceAll(/[^a-z0-9-]+/gi, '-').replace(/-$/, '');
    const file = path.relative(folder, path.resolve(folder, filename)).replaceAll('\\', '/');
    return scanFindingOf(
      `static-analysis.${rule}`,
      severity === 'error' ? 'error' : 'warning',
      message,
      help ?? 'Write it another way; where it is meant and harmless, say so in policy.scans.suppressions.',
      { path: file, line: Math.max(1, labels[0]?.span.line ?? 1) },
    );
  });
  const place = ({ where }: ScanFinding): string => `${where?.path} ${String(where?.line ?? 0).padStart(8, '0')}`;
  return { findings: findings.toSorted((a, b) => (place(a) < place(b) ? -1 : 1)), files };
}

const versionIn = (file: string): string => (here(file) as { version: string }).version;
