import type { FactLine } from '../../../core/fact-line.ts';
import type { Scanner } from '../../../core/scan.ts';
import { readPlainFile } from '../../../host/plain-file.ts';
import { executableProgram } from '../executable-program.ts';
import { ownTool } from '../own-tool.ts';
import type { ExecutablePart } from './linted.ts';

const MOST_BYTES = 512 << 20;

/** Holds the executable against what Windows, its loader and those who distrust programs look at. */
export const executableLint: Scanner = {
  id: 'executable-lint',
  title: 'Executable lint',
  question: 'Is the executable made as a careful linker makes one?',
  basis: async ({ manifest }) => manifest,
  scan: async ({ executable, manifest, config, signed, labVersion }) => {
    // What reads resources is large, and most answers were given before.
    const { lintExecutable } = await import('./lint-executable.ts');
    const file = await readPlainFile(executable, MOST_BYTES);
    const { findings, parts } = lintExecutable(file, manifest.product.executable, {
      version: manifest.product.version,
      oldestBuild: Math.min(...config.guests.map(({ build }) => build)),
      mostBytes: config.policy.executable.maxSizeMiB * 2 ** 20,
      signed,
    });
    const [first, ...more] = findings;
    return {
      tool: ownTool(labVersion),
      looked: { files: 1, bytes: file.byteLength },
      measured: [...sizesOf(file.byteLength, parts, config.policy.executable.maxSizeMiB), ...(await sizesInside(executable))],
      outcome: first === undefined ? { kind: 'clean' } : { kind: 'findings', findings: [first, ...more] },
    };
  },
};

const inWords = (bytes: number): string => (bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(2)} MiB`);

/** Where the bytes of the file are; the parts add up to the whole. */
export const sizesOf = (sizeBytes: number, parts: readonly ExecutablePart[], mostMiB: number): readonly FactLine[] => [
  { label: 'size', value: inWords(sizeBytes), note: `${mostMiB} MiB are allowed` },
  ...parts.map(({ name, sizeBytes: partBytes, entropy }): FactLine => {
    const share = `${((100 * partBytes) / sizeBytes).toFixed(1)} %`;
    return { label: name, value: inWords(partBytes), note: `${share}, ${entropy.toFixed(2)} bits a byte` };
  }),
];

/** What the product put into the runtime; it lies within one of the parts. */
async function sizesInside(executable: string): Promise<readonly FactLine[]> {
  const inside = await executableProgram(executable);
  if (inside === undefined) return [];
  const files = [['the program', inside.program] as const, ...inside.assets];
  return files.map(([name, { byteLength }]) => ({ label: `inside: ${name}`, value: inWords(byteLength) }));
}
