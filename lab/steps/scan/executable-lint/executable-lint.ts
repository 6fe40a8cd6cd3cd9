import type { Scanner } from '../../../core/scan.ts';
import { readPlainFile } from '../../../host/plain-file.ts';
import { ownTool } from '../own-tool.ts';

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
    const { findings } = lintExecutable(file, manifest.product.executable, {
      version: manifest.product.version,
      oldestBuild: Math.min(...config.guests.map(({ build }) => build)),
      mostBytes: config.policy.executable.maxSizeMiB * 2 ** 20,
      signed,
    });
    const [first, ...more] = findings;
    return {
      tool: ownTool(labVersion),
      looked: { files: 1, bytes: file.byteLength },
      outcome: first === undefined ? { kind: 'clean' } : { kind: 'findings', findings: [first, ...more] },
    };
  },
};
