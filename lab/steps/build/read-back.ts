import * as PE from 'pe-library';
import * as ResEdit from 'resedit';
import { LabError } from '../../core/error.ts';
import { fourParts } from './application-manifest.ts';
import type { PackagedContent, Packager } from './packagers/packager.ts';
import { peChecksum, storedChecksum } from './pe-checksum.ts';
import { resourceEntries } from './resource-entries.ts';
import { LANGUAGE, RT_MANIFEST } from './windows-resources.ts';

/** What must be found in a finished executable. */
export interface Expected {
  readonly version: string;
  readonly program: Uint8Array;
  readonly assets: ReadonlyMap<string, Uint8Array>;
  readonly manifest: string;
}

const CERTIFICATE_TABLE = 4;

/**
 * Reads a finished executable as a stranger would and compares it with what was to be built; `read` is its packager's. Throws `build.wrong-executable`
 * with all that is wrong.
 */
export function readBack(file: Uint8Array, expected: Expected, read: Packager['read']): void {
  const wrong: string[] = [];
  try {
    wrong.push(...identityDifferences(file, expected));
    wrong.push(...contentDifferences(read(file), expected));
  } catch (error) {
    wrong.push(error instanceof Error ? error.message : String(error));
  }
  if (wrong.length > 0) throw LabError.of('build.wrong-executable', { problems: wrong.join('; ') });
}

function identityDifferences(file: Uint8Array, expected: Expected): readonly string[] {
  const wrong: string[] = [];
  const expect = (holds: boolean, what: string): void => {
    if (!holds) wrong.push(what);
  };
  const executable = PE.NtExecutable.from(file, { ignoreCert: true });
  const entries = resourceEntries(file);
  const certificates = executable.newHeader.optionalHeaderDataDirectory.get(CERTIFICATE_TABLE);
  expect(certificates.virtualAddress === 0 && certificates.size === 0, 'a signature is left that cannot hold');
  expect(storedChecksum(file) === peChecksum(file), 'the checksum in the header is not the file’s');

  const info = ResEdit.Resource.VersionInfo.fromEntries(entries);
  const [first] = info;
  const wanted = fourParts(expected.version).join('.');
  expect(
    info.length === 1 && first?.getStringValues({ lang: LANGUAGE, codepage: 1200 })['ProductVersion'] === expected.version,
    `the version resource does not say ${expected.version}`,
  );
  expect(
    first !== undefined && dotted(first.fixedInfo.productVersionMS, first.fixedInfo.productVersionLS) === wanted,
    `the version numbers are not ${wanted}`,
  );
  const manifests = entries.filter((entry) => entry.type === RT_MANIFEST);
  expect(
    manifests.length === 1 && new TextDecoder().decode(manifests[0]?.bin) === expected.manifest,
    'the application manifest is another',
  );
  return wrong;
}

function contentDifferences({ program, assets, problems }: PackagedContent, expected: Expected): readonly string[] {
  const wrong = [...problems];
  if (!same(program, expected.program)) wrong.push('the program inside is not the one that was bundled');
  if (assets.size !== expected.assets.size) wrong.push(`${assets.size} assets are inside instead of ${expected.assets.size}`);
  for (const [name, bytes] of expected.assets) {
    const found = assets.get(name);
    if (found === undefined || !same(found, bytes)) wrong.push(`the asset ${name} inside is not the one that was put in`);
  }
  return wrong;
}

const dotted = (high: number, low: number): string => [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].join('.');
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
