import path from 'node:path';
import type { Call } from '../../../core/call.ts';
import { LabError } from '../../../core/error.ts';
import { readTextIfThere } from '../../../host/files.ts';
import { digestPlainFile } from '../../../host/plain-file.ts';
import type { WindowsBun } from '../../../host/windows-bun.ts';
import type { WindowsNode } from '../../../host/windows-node.ts';
import type { LicenceText } from '../built-executable.ts';
import type { PackagerRuntime } from './packager.ts';

/** Node for Windows as a runtime, with its licence text. Throws `build.no-licence` when that is not beside it. */
export async function nodeRuntime(node: WindowsNode, call: Call): Promise<PackagerRuntime> {
  const text = await readTextIfThere(node.licence);
  if (text === undefined) throw LabError.of('build.no-licence', { package: `node ${node.version}` });
  return {
    name: `node ${node.version}`,
    executable: node.executable,
    component: {
      kind: 'runtime',
      name: 'node',
      version: node.version,
      purl: `pkg:generic/node@${node.version}`,
      // Of Node itself; its text goes on with the licences of all that it contains.
      licence: 'MIT',
      licenceTexts: [{ fileName: 'LICENSE', text }],
      files: [{ name: 'node.exe', sha256: node.sha256 ?? (await digestPlainFile(node.executable, call.signal)).sha256 }],
    },
  };
}

/** Bun's packages on npm carry no licence text: these are the one of its repository and the one of the library licence it names. */
const BUN_LICENCES = { 'LICENSE.md': 'bun.txt', 'LGPL-2.0.txt': 'LGPL-2.0.txt' } as const;

/** Bun for Windows as a runtime. Throws `build.no-licence`. */
export async function bunRuntime(bun: WindowsBun, call: Call): Promise<PackagerRuntime> {
  const licenceTexts: LicenceText[] = [];
  for (const [fileName, file] of Object.entries(BUN_LICENCES)) {
    const text = await readTextIfThere(path.join(import.meta.dirname, 'licences', file));
    if (text === undefined) throw LabError.of('build.no-licence', { package: `bun ${bun.version}` });
    licenceTexts.push({ fileName, text });
  }
  return {
    name: `bun ${bun.version}`,
    executable: bun.executable,
    component: {
      kind: 'runtime',
      name: 'bun',
      version: bun.version,
      purl: `pkg:generic/bun@${bun.version}`,
      // Of Bun itself, of JavaScriptCore and TinyCC inside it; its text names the others.
      licence: 'MIT AND LGPL-2.0-or-later',
      licenceTexts,
      files: [{ name: 'bun.exe', sha256: (await digestPlainFile(bun.executable, call.signal)).sha256 }],
    },
  };
}
