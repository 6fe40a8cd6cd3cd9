import path from 'node:path';
import type { LocalPath } from '../../core/ids.ts';
import type { Component } from './built-executable.ts';
import { npmPurl, readInstalledPackage } from './installed-package.ts';

/** The npm packages in these folders of a project, with their licence texts. */
export async function libraryComponents(projectRoot: LocalPath, folders: readonly string[]): Promise<readonly Component[]> {
  const components: Component[] = [];
  for (const folder of folders) {
    const { name, version, licence, licenceTexts } = await readInstalledPackage(path.join(projectRoot, folder) as LocalPath);
    components.push({ kind: 'library', name, version, purl: npmPurl(name, version), licence, licenceTexts });
  }
  return components;
}
