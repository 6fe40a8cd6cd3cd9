import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as PE from 'pe-library';
import type { Call } from '../core/call.ts';
import { type LabConfig, labConfig } from '../core/config.ts';
import type { LocalPath } from '../core/ids.ts';
import type { BuildRequest } from '../steps/build/build-executable.ts';

/** A call that lasts as long as it likes. For tests. */
export const patientCall: Call = { signal: new AbortController().signal, deadline: { remainingMs: () => Infinity } };

/** A Windows executable of a few KiB with Node's fuse in it: enough for everything but running it. For tests. */
export function tinyRuntime(): Uint8Array {
  const executable = PE.NtExecutable.createEmpty(false, false);
  const text = Buffer.from('\0NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:0\0'.padEnd(512, '\0'), 'latin1');
  const header = executable.newHeader.optionalHeader;
  const section = {
    name: '.rdata',
    virtualSize: text.length,
    virtualAddress: header.sectionAlignment,
    sizeOfRawData: text.length,
    pointerToRawData: header.sizeOfHeaders,
    pointerToRelocations: 0,
    pointerToLineNumbers: 0,
    numberOfRelocations: 0,
    numberOfLineNumbers: 0,
    characteristics: 0x4000_0040,
  };
  executable.setSectionByEntry(PE.Format.ImageDirectoryEntry.Architecture, { info: section, data: new Uint8Array(text).buffer });
  return new Uint8Array(executable.generate());
}

/** An icon file with one image of one pixel. */
export function tinyIcon(): Uint8Array {
  const image = Buffer.alloc(48);
  image.writeUInt32LE(40, 0);
  image.writeInt32LE(1, 4);
  image.writeInt32LE(2, 8);
  image.writeUInt16LE(1, 12);
  image.writeUInt16LE(32, 14);
  const header = Buffer.from([0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 32, 0, 48, 0, 0, 0, 22, 0, 0, 0]);
  return Buffer.concat([header, image]);
}

/** Files of a small product: a library, a native part with something linked into it, and a module that the executable has another one for. */
export const smallProject: Readonly<Record<string, string | Uint8Array>> = {
  'src/main.ts': "import { greet } from 'library';\nimport { part } from './part.ts';\nconsole.log(greet(PRODUCT_BUILD.version), part);\n",
  'src/part.ts': "export const part: string = 'PART OF DEVELOPMENT';\n",
  'src/part.embedded.ts': "export const part: string = 'PART OF THE EXECUTABLE';\n",
  'src/icon.ico': tinyIcon(),
  'licences/linked.txt': 'licence of what is linked',
  'node_modules/library/package.json': '{ "name": "library", "version": "1.2.3", "license": "MIT", "type": "module", "main": "index.js" }',
  'node_modules/library/LICENSE': 'licence of the library',
  'node_modules/library/index.js': "import { nothing } from 'unused'; export const greet = (who) => 'hello ' + who;",
  'node_modules/unused/package.json':
    '{ "name": "unused", "version": "0.0.1", "type": "module", "main": "index.js", "sideEffects": false }',
  'node_modules/unused/index.js': 'export const nothing = 0;',
  'node_modules/@scope/native/package.json': '{ "name": "@scope/native", "version": "4.5.6", "license": "ISC" }',
  'node_modules/@scope/native/LICENCE.md': 'licence of the native part',
  'node_modules/@scope/native/x64/part.node': 'machine code',
  'runtime/LICENSE': 'licence of the runtime',
  'runtime/node.exe': tinyRuntime(),
};

/** Writes a project, some of its files changed or (with `undefined`) left out, and gives a request to build it. For tests. */
export function smallBuild(
  folder: string,
  changes: Readonly<Record<string, string | Uint8Array | undefined>> = {},
): BuildRequest & { readonly product: LabConfig['product'] } {
  for (const [name, content] of Object.entries({ ...smallProject, ...changes })) {
    if (content === undefined) continue;
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return {
    projectRoot: folder as LocalPath,
    product: labConfig.shape.product.parse({
      name: 'small',
      displayName: 'Small',
      publisher: 'Nobody',
      copyright: 'None',
      entry: 'src/main.ts',
      icon: 'src/icon.ico',
      bundle: { schemas: 'schemas/anivault', docs: 'docs/anivault' },
      replaceModules: { 'src/part.ts': 'src/part.embedded.ts' },
      nativeParts: [
        {
          name: 'part.node',
          package: '@scope/native',
          file: 'x64/part.node',
          contains: [
            { name: 'linked', version: '7', purl: 'pkg:github/nobody/linked@7', licence: 'Zlib', licenceFile: 'licences/linked.txt' },
          ],
        },
      ],
    }),
    version: '1.2.3-beta.4',
    commit: 'abc',
    windowsNode: {
      executable: path.join(folder, 'runtime/node.exe') as LocalPath,
      licence: path.join(folder, 'runtime/LICENSE') as LocalPath,
      version: process.versions.node,
    },
    outputDirectory: path.join(folder, 'out') as LocalPath,
  };
}
