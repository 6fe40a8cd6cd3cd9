import path from 'node:path';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { filesBelow, readTextIfThere } from '../../host/files.ts';
import { readPlainFile } from '../../host/plain-file.ts';
import type { LicenceText } from './built-executable.ts';

/** An npm package as it is installed. */
export interface InstalledPackage {
  readonly folder: LocalPath;
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  readonly licenceTexts: readonly LicenceText[];
}

// LICENSE · LICENCE.md · license-mit.txt · COPYING · NOTICE
const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-][\w.-]*)?$/i;

/**
 * Reads what a package says of itself. Throws `build.package-missing`, and `build.no-licence` when it names no licence or brings no text of one: then
 * it must not be shipped.
 */
export async function readInstalledPackage(folder: LocalPath): Promise<InstalledPackage> {
  const text = await readTextIfThere(path.join(folder, 'package.json'));
  if (text === undefined) throw LabError.of('build.package-missing', { package: path.basename(folder), file: 'package.json' });
  const { name, version, license } = JSON.parse(text) as { name?: unknown; version?: unknown; license?: unknown };
  if (typeof name !== 'string' || typeof version !== 'string')
    throw LabError.of('build.package-missing', { package: path.basename(folder), file: 'package.json' });
  const names = (await filesBelow(folder)).filter((file) => LICENCE_FILE.test(file));
  const licenceTexts: LicenceText[] = [];
  for (const fileName of names) licenceTexts.push({ fileName, text: await readLicence(folder, fileName, `${name} ${version}`) });
  if (typeof license !== 'string' || licenceTexts.length === 0) throw LabError.of('build.no-licence', { package: `${name} ${version}` });
  return { folder, name, version, licence: license, licenceTexts };
}

/** The longest real ones, a runtime's with all it links in, are below 200 KiB. */
const MOST_LICENCE_BYTES = 4 << 20;

async function readLicence(folder: LocalPath, fileName: string, who: string): Promise<string> {
  try {
    return (await readPlainFile(path.join(folder, fileName), MOST_LICENCE_BYTES)).toString('utf8');
  } catch (error) {
    if (!(error instanceof LabError && error.code === 'file.too-large')) throw error;
    throw LabError.of('build.licence-too-long', { file: fileName, package: who, limit: MOST_LICENCE_BYTES >> 20 }, { cause: error });
  }
}

/** Package URL of an npm package. A scope's `@` is written `%40`, as the package URL specification asks. */
export const npmPurl = (name: string, version: string): string => `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
