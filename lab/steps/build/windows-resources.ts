import * as PE from 'pe-library';
import * as ResEdit from 'resedit';
import type { LabConfig } from '../../core/config.ts';
import { LabError } from '../../core/error.ts';
import { applicationManifest, fourParts } from './application-manifest.ts';

/** US English, and UTF-16: what version resources are written in by custom. */
export const LANGUAGE = 1033;
export const CODE_PAGE = 1200;
export const RT_MANIFEST = 24;

/** What the executable says of itself. */
export interface Identity {
  readonly product: LabConfig['product'];
  readonly version: string;
  readonly fileName: string;
  /** Content of the `.ico` file. */
  readonly icon: Uint8Array;
}

/**
 * Gives `node.exe` another identity: version resource, icon and application manifest of the product; the signature, which would no longer hold, is
 * taken off. Pure. Throws `build.bad-runtime`, `build.bad-icon` and `build.bad-version`.
 */
export function withIdentity(nodeExecutable: Uint8Array, identity: Identity): Uint8Array {
  let executable: PE.NtExecutable;
  try {
    executable = PE.NtExecutable.from(nodeExecutable, { ignoreCert: true });
  } catch (error) {
    throw LabError.of(
      'build.bad-runtime',
      { file: 'node.exe', reason: error instanceof Error ? error.message : String(error) },
      { cause: error },
    );
  }
  const resources = PE.NtExecutableResource.from(executable);
  replaceVersion(resources, identity);
  replaceIcon(resources, identity);
  replaceManifest(resources, identity);
  resources.outputResource(executable);
  return new Uint8Array(executable.generate());
}

function replaceVersion(resources: PE.NtExecutableResource, { product, version, fileName }: Identity): void {
  const [major, minor, patch, build] = numbersOf(version);
  const info = ResEdit.Resource.VersionInfo.createEmpty();
  info.setFileVersion(major, minor, patch, build, LANGUAGE);
  info.setProductVersion(major, minor, patch, build, LANGUAGE);
  info.setStringValues(
    { lang: LANGUAGE, codepage: CODE_PAGE },
    {
      CompanyName: product.publisher,
      FileDescription: product.displayName,
      FileVersion: version,
      InternalName: product.name,
      LegalCopyright: product.copyright,
      OriginalFilename: fileName,
      ProductName: product.displayName,
      ProductVersion: version,
    },
  );
  info.fixedInfo.fileOS = ResEdit.Resource.VersionFileOS.NT_Windows32;
  info.fixedInfo.fileType = ResEdit.Resource.VersionFileType.App;
  info.lang = LANGUAGE;
  resources.entries = resources.entries.filter((entry) => entry.type !== 16);
  info.outputToResourceEntries(resources.entries);
}

function replaceIcon(resources: PE.NtExecutableResource, { product, icon }: Identity): void {
  let images: ReturnType<typeof ResEdit.Data.IconFile.from>['icons'];
  try {
    images = ResEdit.Data.IconFile.from(icon).icons;
  } catch (error) {
    throw LabError.of('build.bad-icon', { file: product.icon }, { cause: error });
  }
  if (images.length === 0) throw LabError.of('build.bad-icon', { file: product.icon });
  // node.exe's own icon images and their group go, so that none is left that nothing refers to.
  resources.entries = resources.entries.filter((entry) => entry.type !== 3 && entry.type !== 14);
  ResEdit.Resource.IconGroupEntry.replaceIconsForResource(
    resources.entries,
    1,
    LANGUAGE,
    images.map((image) => image.data),
  );
}

function replaceManifest(resources: PE.NtExecutableResource, { product, version }: Identity): void {
  const text = new TextEncoder().encode(applicationManifest(product.name, version));
  resources.entries = resources.entries.filter((entry) => entry.type !== RT_MANIFEST);
  resources.entries.push({ type: RT_MANIFEST, id: 1, lang: LANGUAGE, codepage: 0, bin: text.buffer });
}

function numbersOf(version: string): ReturnType<typeof fourParts> {
  try {
    return fourParts(version);
  } catch (error) {
    throw LabError.of('build.bad-version', { version }, { cause: error, where: 'package.json: version' });
  }
}
