import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { applicationManifest } from '../../build/application-manifest.ts';
import { type PeParts, peFile } from '../../../testing/pe-rig.ts';
import { scanRig } from '../../../testing/scan-rig.ts';
import { patientCall } from '../../../testing/build-rig.ts';
import { entropyOf } from './entropy.ts';
import { executableLint } from './executable-lint.ts';
import { firstBuildWith } from './in-box-libraries.ts';
import { lintExecutable } from './lint-executable.ts';
import type { Expectations } from './linted.ts';
import { readPeImage } from './pe-image.ts';
import { rules } from './rules.ts';

const expected: Expectations = { version: '1.2.3', oldestBuild: 19045, mostBytes: 10 << 20, signed: false };

const lint = (file: Uint8Array, changes: Partial<Expectations> = {}) => lintExecutable(file, 'small.exe', { ...expected, ...changes });
const codes = (file: Uint8Array, changes: Partial<Expectations> = {}): readonly string[] => [
  ...new Set(lint(file, changes).findings.map(({ code }) => code.replace('executable-lint.', ''))),
];

t.test('a file that is as it should be has no findings, and its parts add up', async (t) => {
  const file = peFile();
  const { findings, parts } = lint(file);
  t.same(findings, []);
  t.same(
    parts.map(({ name }) => name),
    ['headers', '.text', '.rdata', '.rsrc'],
  );
  t.equal(
    parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    file.byteLength,
  );
  const image = readPeImage(file);
  t.same(image.imports, [{ name: 'KERNEL32.dll', functions: ['ExitProcess', '#7'], delayed: false }]);
  t.match(image, { guardFlags: 0x100, debugPath: 'node.pdb', subsystem: 3 });
});

t.test('where the bytes of a real executable are', async (t) => {
  const subject = await scanRig(t);
  const { measured = [], looked } = await executableLint.scan(subject, patientCall);
  const bytesOf = (value: string): number => {
    const [, number, unit] = /^([\d.]+) (KiB|MiB)$/.exec(value) ?? [];
    return Number(number) * (unit === 'MiB' ? 2 ** 20 : 1024);
  };
  const [whole, ...others] = measured;
  t.match(whole, { label: 'size', note: `${subject.config.policy.executable.maxSizeMiB} MiB are allowed` });
  const parts = others.filter(({ label }) => !label.startsWith('inside: '));
  t.ok(parts.length > 1);
  const sum = parts.reduce((bytes, { value }) => bytes + bytesOf(value), 0);
  t.ok(Math.abs(sum - looked.bytes) <= 0.01 * looked.bytes + 60 * parts.length, `${sum} bytes in parts of ${looked.bytes}`);
  t.match(others[parts.length], { label: 'inside: the program', value: /^(?!0\.0)[\d.]+ KiB$/ });
});

const manifest = applicationManifest('small', '1.2.3');
const wrong: readonly (readonly [string, PeParts, RegExp, Partial<Expectations>?])[] = [
  ['machine', { machine: 0xaa64 }, /0xAA64/],
  ['not-a-program', { flags: 0x2022 }, /0x2022/],
  ['subsystem', { subsystem: 2 }, /subsystem is 2/],
  ['aslr', { loaderFlags: 0x4120 }, /DYNAMIC_BASE$/],
  ['aslr', { loaderFlags: 0x4140 }, /HIGH_ENTROPY_VA/],
  ['aslr', { relocations: false }, /relocations/],
  ['aslr', { flags: 0x2 }, /LARGE_ADDRESS_AWARE/],
  ['no-execute', { loaderFlags: 0x4060 }, /NX_COMPAT/],
  ['control-flow-guard', { loaderFlags: 0x160 }, /Control Flow Guard/],
  ['control-flow-guard', { guardFlags: 0 }, /Control Flow Guard/],
  ['writable-code', { textFlags: 0xe000_0020 }, /\.text at 0x1000/],
  ['version', {}, /1\.2\.3\.0 and not 1\.2\.4\.0/, { version: '1.2.4' }],
  ['version', { texts: { ProductVersion: '1.2' } }, /ProductVersion is "1\.2"/],
  ['version-texts', { texts: { CompanyName: '' } }, /CompanyName/],
  ['manifest', { manifests: [] }, /0 application manifests/],
  ['manifest', { manifests: [manifest, manifest] }, /2 application manifests/],
  ['manifest', { manifests: [manifest.replace('asInvoker', 'requireAdministrator')] }, /asInvoker/],
  ['manifest', { manifests: [manifest.replace('>true<', '>false<')] }, /longPathAware/],
  ['manifest', { manifests: [manifest.replace('UTF-8</active', 'Legacy</active')] }, /UTF-8/],
  ['manifest', { manifests: [manifest.replace('8e0f7a12', '35138b9a')] }, /Windows 10/],
  ['icon', { iconSizes: [] }, /no icon/],
  ['icon', { iconSizes: [16, 32] }, /48, 256/],
  ['library', { imports: { 'VCRUNTIME140.dll': ['memcpy'] } }, /VCRUNTIME140\.dll, which is no part of Windows/],
  ['library', { imports: { 'icu.dll': ['u_init'] } }, /build 18362; it has to run on 17763/, { oldestBuild: 17763 }],
  ['packed', { text: randomBytes(200_000) }, /\.text looks packed/],
  ['debug-path', { debugPath: 'C:\\Users\\me\\x.pdb' }, /C:\\Users\\me\\x\.pdb/],
  ['size', {}, /are allowed \(\.rsrc/, { mostBytes: 4096 }],
  ['stale-signature', {}, /no signature/, { signed: true }],
];

t.test('each thing that is wrong is found, and nothing else', async (t) => {
  for (const [code, parts, message, changes] of wrong) {
    const { findings } = lint(peFile(parts), changes);
    t.same(
      [...new Set(findings.map((found) => found.code))],
      [`executable-lint.${code}`],
      `${code}: ${JSON.stringify(parts).slice(0, 80)}`,
    );
    t.match(findings[0]?.message, message);
  }
});

/** Where the directory of certificates is in a file of the rig. */
const CERTIFICATES = 0x98 + 112 + 4 * 8;

t.test('what comes after the sections is a signature or wrong', async (t) => {
  const appended = (bytes: number, change: (file: Buffer, end: number) => void = () => {}): Buffer => {
    const file = peFile();
    const longer = Buffer.concat([file, Buffer.alloc(bytes, 1)]);
    change(longer, file.byteLength);
    return longer;
  };
  t.same(codes(appended(1)).toSorted(), ['checksum', 'overlay']);
  const signature = (offset: number, sizeBytes: number) => (file: Buffer, end: number) => {
    file.writeUInt32LE(end + offset, CERTIFICATES);
    file.writeUInt32LE(sizeBytes, CERTIFICATES + 4);
  };
  t.same(codes(appended(64, signature(0, 64)), { signed: true }), ['checksum'], 'a signature at the end');
  t.same(codes(appended(64, signature(0, 64))).toSorted(), ['checksum', 'stale-signature'], 'one that nobody made');
  t.same(codes(appended(64, signature(0, 48)), { signed: true }).toSorted(), ['checksum', 'stale-signature'], 'one in the middle');
  t.same(codes(appended(64, signature(16, 48)), { signed: true }).toSorted(), ['checksum', 'overlay'], 'something before it');
  t.same(codes(appended(64, signature(-512, 576)), { signed: true }).toSorted(), ['checksum', 'stale-signature'], 'one over a section');
});

t.test('every rule is tried above', async (t) => {
  const tried = new Set([...wrong.map(([code]) => code), 'checksum', 'overlay']);
  t.same(
    rules.map(({ code }) => code).filter((code) => !tried.has(code)),
    [],
  );
  for (const rule of rules) t.ok(rule.fix.endsWith('.'), `${rule.code} says what to do`);
});

t.test('whatever the bytes are, it ends with findings and not with an exception', async (t) => {
  const file = Buffer.from(peFile());
  for (const length of [0, 1, 2, 63, 64, 0x80, 0x98, 0x100, 0x1a0, 0x200, 0x400, 1024, 2048, file.length - 1])
    t.not(lint(file.subarray(0, length)).findings.length, 0, `${length} bytes`);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(0x400), fc.nat(255)), { minLength: 1, maxLength: 8 }), (changes) => {
      const copy = Buffer.from(file);
      for (const [offset, value] of changes) copy[offset] = value;
      lint(copy);
    }),
    { numRuns: 1000 },
  );
});

t.test('entropy', async (t) => {
  t.equal(entropyOf(new Uint8Array(0)), 0);
  t.equal(entropyOf(new Uint8Array(100).fill(7)), 0);
  t.equal(entropyOf(Uint8Array.from({ length: 256 }, (_, index) => index)), 8);
  t.equal(entropyOf(Uint8Array.from([0, 1, 0, 1])), 1);
});

t.test('libraries of Windows', async (t) => {
  t.equal(firstBuildWith('KERNEL32.DLL'), 10_240);
  t.equal(firstBuildWith('api-ms-win-core-synch-l1-2-0.dll'), 10_240);
  t.equal(firstBuildWith('api-ms-win-crt-runtime-l1-1-0.dll'), 10_240);
  t.equal(firstBuildWith('icu.dll'), 18_362);
  for (const name of ['msvcp140.dll', 'libwinpthread-1.dll', 'api-ms-win-core-made-up-l1-1-0.dll', 'evil\\kernel32.dll', ''])
    t.equal(firstBuildWith(name), undefined, name);
});
