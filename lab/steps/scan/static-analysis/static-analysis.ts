import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import type { Call } from '../../../core/call.ts';
import type { LocalPath } from '../../../core/ids.ts';
import type { ScanFinding, Scanner } from '../../../core/scan.ts';
import { digestsOf } from '../../../host/code-digest.ts';
import { exec } from '../../../host/exec.ts';
import { writeFileAtomic } from '../../../host/files.ts';
import { sourceFiles } from '../../../host/source-files.ts';
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
    await writeFileAtomic(path.join(planted, 'planted.ts'), PLANTED);
    const folder = path.join(subject.projectRoot, entryFolder(subject.config.product.entry)) as LocalPath;
    const control = await analyse(planted, settings, call);
    const { findings, files } = await analyse(folder, settings, call, subject.projectRoot);
    const [first, ...more] = findings;
    return {
      tool: {
        name: 'oxlint with eslint-plugin-security',
        version: `${versionIn(oxlint)} and ${versionIn(here.resolve('eslint-plugin-security/package.json'))}`,
      },
      control: {
        what: 'a program started with a string that came from elsewhere, and code made of one',
        caught: ['eslint-no-eval', 'security-detect-child-process'].every((rule) =>
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

const PLANTED = `import { exec } from 'node:child_process';
export function planted(text: string): unknown {
  exec('ls ' + text);
  return eval(text);
}
`;

/** What the rules say of a folder; paths are told relative to `root`. Throws when the analysis itself fails. */
async function analyse(
  folder: LocalPath,
  settings: LocalPath,
  call: Call,
  root: LocalPath = folder,
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
    const file = path.relative(root, path.resolve(folder, filename)).replaceAll('\\', '/');
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
