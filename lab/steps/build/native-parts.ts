import path from 'node:path';
import type { LabConfig } from '../../core/config.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import { readTextIfThere } from '../../host/files.ts';
import { sha256Of } from '../../host/hash.ts';
import { readPlainFile } from '../../host/plain-file.ts';
import type { Component } from './built-executable.ts';
import { type InstalledPackage, npmPurl, readInstalledPackage } from './installed-package.ts';

type NativePartConfig = LabConfig['product']['nativeParts'][number];

/** A file of machine code or WebAssembly, ready to be put into the executable. */
export interface NativePart {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly sha256: Sha256;
  readonly package: InstalledPackage;
  readonly contains: readonly Component[];
}

const MOST_PART_BYTES = 256 << 20;

/** Reads the native parts that the configuration names. Throws `build.package-missing` for one that is not installed. */
export async function readNativePart(projectRoot: LocalPath, part: NativePartConfig): Promise<NativePart> {
  const installed = await readInstalledPackage(path.join(projectRoot, 'node_modules', part.package) as LocalPath);
  let bytes: Uint8Array;
  try {
    bytes = await readPlainFile(path.join(installed.folder, part.file), MOST_PART_BYTES);
  } catch (error) {
    throw LabError.of(
      'build.package-missing',
      { package: part.package, file: part.file },
      { cause: error, where: 'lab.config.json: product.nativeParts' },
    );
  }
  const contains: Component[] = [];
  for (const { licenceFile, ...linked } of part.contains) {
    const text = await readTextIfThere(path.join(projectRoot, licenceFile));
    if (text === undefined)
      throw LabError.of('build.no-licence', { package: linked.name }, { where: `lab.config.json: licenceFile ${licenceFile}` });
    contains.push({ kind: 'native', ...linked, licenceTexts: [{ fileName: path.basename(licenceFile), text }] });
  }
  return { name: part.name, bytes, sha256: sha256Of(bytes), package: installed, contains };
}

/** The part and what is linked into it, as components. */
export const componentsOf = (part: NativePart): readonly Component[] => [
  {
    kind: 'native',
    name: part.package.name,
    version: part.package.version,
    purl: npmPurl(part.package.name, part.package.version),
    licence: part.package.licence,
    licenceTexts: part.package.licenceTexts,
    files: [{ name: part.name, sha256: part.sha256 }],
  },
  ...part.contains,
];
