import path from 'node:path';
import type { Metafile } from 'esbuild';
import type { LocalPath } from '../../core/ids.ts';
import type { Component } from './built-executable.ts';
import { npmPurl, readInstalledPackage } from './installed-package.ts';

// node_modules/@scope/name/lib/x.js · node_modules/a/node_modules/b/index.js → the innermost package
const IN_PACKAGE = /^(?<folder>(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** The npm packages of which at least one byte is in the bundle; what was looked at and dropped is not listed. */
export async function libraryComponents(projectRoot: LocalPath, metafile: Metafile): Promise<readonly Component[]> {
  const folders = new Set<string>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = IN_PACKAGE.exec(input)?.groups?.['folder'];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  const components: Component[] = [];
  for (const folder of folders) {
    const { name, version, licence, licenceTexts } = await readInstalledPackage(path.join(projectRoot, folder) as LocalPath);
    components.push({ kind: 'library', name, version, purl: npmPurl(name, version), licence, licenceTexts });
  }
  return components;
}
