import * as PE from 'pe-library';
import * as ResEdit from 'resedit';
import { LabError } from '../../core/error.ts';
import { fourParts } from './application-manifest.ts';
import { PROGRAM_NAME } from './make-single-executable.ts';
import { peChecksum, storedChecksum } from './pe-checksum.ts';
import { readSeaBlob } from './sea-blob.ts';
import { LANGUAGE, RT_MANIFEST } from './windows-resources.ts';

/** What must be found in a finished executable. */
export interface Expected {
  readonly version: string;
  readonly program: Uint8Array;
  readonly assets: ReadonlyMap<string, Uint8Array>;
  readonly manifest: string;
}

const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const BLOB_NAME = 'NODE_SEA_BLOB';
const CERTIFICATE_TABLE = 4;

/** Reads a finished executable as a stranger would and compares it with what was to be built. Throws `build.wrong-executable` with all that is wrong. */
export function readBack(file: Uint8Array, expected: Expected): void {
  const wrong: string[] = [];
  try {
    wrong.push(...differences(file, expected));
  } catch (error) {
    wrong.push(error instanceof Error ? error.message : String(error));
  }
  if (wrong.length > 0) throw LabError.of('build.wrong-executable', { problems: wrong.join('; ') });
}

function differences(file: Uint8Array, expected: Expected): readonly string[] {
  const wrong: string[] = [];
  const expect = (holds: boolean, what: string): void => {
    if (!holds) wrong.push(what);
  };
  const executable = PE.NtExecutable.from(file, { ignoreCert: true });
  const { entries } = PE.NtExecutableResource.from(executable);
  expect(fuseState(file) === '1', `the fuse that tells Node of a program inside is not set exactly once`);
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

  const blobs = entries.filter((entry) => entry.id === BLOB_NAME);
  const [blob] = blobs;
  if (blobs.length !== 1 || blob === undefined) return [...wrong, `${BLOB_NAME} is there ${blobs.length} times`];
  const inside = readSeaBlob(new Uint8Array(blob.bin));
  expect(inside.codePath === PROGRAM_NAME, `the program inside is called ${inside.codePath}`);
  expect(same(inside.code, expected.program), 'the program inside is not the one that was bundled');
  expect(inside.assets.size === expected.assets.size, `${inside.assets.size} assets are inside instead of ${expected.assets.size}`);
  for (const [name, bytes] of expected.assets) {
    const found = inside.assets.get(name);
    expect(found !== undefined && same(found, bytes), `the asset ${name} inside is not the one that was put in`);
  }
  return wrong;
}

/** `0` or `1` when the fuse is there exactly once. */
function fuseState(file: Uint8Array): string | undefined {
  const buffer = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const at = buffer.indexOf(FUSE);
  if (at < 0 || buffer.includes(FUSE, at + 1)) return undefined;
  // NODE_SEA_FUSE_…:1
  return buffer.toString('latin1', at + FUSE.length + 1, at + FUSE.length + 2);
}

const dotted = (high: number, low: number): string => [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].join('.');
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
