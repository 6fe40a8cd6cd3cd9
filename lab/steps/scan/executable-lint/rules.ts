import { fourParts } from '../../build/application-manifest.ts';
import { peChecksum } from '../../build/pe-checksum.ts';
import { firstBuildWith } from './in-box-libraries.ts';
import { type Linted, sectionLabel } from './linted.ts';

/** One thing that is looked for. */
export interface Rule {
  /** Behind `executable-lint.`; stable. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'note';
  readonly fix: string;
  /** A sentence for each time it is found. */
  readonly look: (linted: Linted) => readonly Found[];
}

interface Found {
  readonly message: string;
  readonly part?: string;
}

const AMD64 = 0x8664;
const CONSOLE = 3;
/** `Characteristics` */
const flags = { executable: 0x2, largeAddressAware: 0x20, library: 0x2000, relocationsStripped: 0x1 } as const;
/** `DllCharacteristics` */
const loader = { highEntropy: 0x20, dynamicBase: 0x40, noExecute: 0x100, controlFlowGuard: 0x4000 } as const;
/** `Characteristics` of a section */
const section = { execute: 0x2000_0000, write: 0x8000_0000 } as const;
/** `GuardFlags`: the image has Control Flow Guard checks. */
const CF_INSTRUMENTED = 0x100;
/** Machine code is about 6 and text below 5; what is above this is packed or encrypted. */
const PACKED_BITS = 7.2;
/** Too little to tell by its entropy. */
const LEAST_JUDGED_BYTES = 64 << 10;

const when = (holds: boolean, message: string): readonly Found[] => (holds ? [{ message }] : []);
const has = (value: number, bit: number): boolean => (value & bit) !== 0;
const hex = (value: number): string => `0x${value.toString(16).toUpperCase()}`;
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** Every rule, in the order of the report. */
export const rules: readonly Rule[] = [
  {
    code: 'machine',
    severity: 'error',
    fix: 'Build it on the Windows x64 runtime.',
    look: ({ image }) => when(image.machine !== AMD64, `it is made for the machine ${hex(image.machine)} and not for x64 (${hex(AMD64)})`),
  },
  {
    code: 'not-a-program',
    severity: 'error',
    fix: 'Build it on an executable runtime and not on a library.',
    look: ({ image }) =>
      when(
        !has(image.flags, flags.executable) || has(image.flags, flags.library),
        `its flags (${hex(image.flags)}) are not those of a program`,
      ),
  },
  {
    code: 'subsystem',
    severity: 'error',
    fix: 'A command-line program has to be of the console subsystem, or cmd.exe does not wait for it and shows none of its output.',
    look: ({ image }) => when(image.subsystem !== CONSOLE, `its subsystem is ${image.subsystem} and not the console’s (${CONSOLE})`),
  },
  {
    code: 'aslr',
    severity: 'error',
    fix: 'Use a runtime linked with /DYNAMICBASE and /HIGHENTROPYVA, and keep its relocations.',
    look: ({ image }) => {
      const missing = [
        ...(has(image.loaderFlags, loader.dynamicBase) ? [] : ['DYNAMIC_BASE']),
        ...(has(image.loaderFlags, loader.highEntropy) ? [] : ['HIGH_ENTROPY_VA']),
        ...(image.hasRelocations && !has(image.flags, flags.relocationsStripped) ? [] : ['relocations']),
        ...(has(image.flags, flags.largeAddressAware) ? [] : ['LARGE_ADDRESS_AWARE']),
      ];
      return when(missing.length > 0, `it is always loaded where an attacker expects it: without ${missing.join(', ')}`);
    },
  },
  {
    code: 'no-execute',
    severity: 'error',
    fix: 'Use a runtime linked with /NXCOMPAT.',
    look: ({ image }) => when(!has(image.loaderFlags, loader.noExecute), 'Windows may execute its data: NX_COMPAT is not set'),
  },
  {
    code: 'control-flow-guard',
    // The official runtimes have none, and a product cannot add it.
    severity: 'note',
    fix: 'Only a runtime that was itself built with /guard:cf has it.',
    look: ({ image }) =>
      when(
        !has(image.loaderFlags, loader.controlFlowGuard) || !has(image.guardFlags, CF_INSTRUMENTED),
        'its indirect calls are not checked: it has no Control Flow Guard',
      ),
  },
  {
    code: 'writable-code',
    severity: 'error',
    fix: 'No section may be writable and executable; a packer or an injected section is the usual cause.',
    look: ({ image }) =>
      image.sections
        .filter((candidate) => has(candidate.flags, section.execute) && has(candidate.flags, section.write))
        .map((candidate) => ({ message: `the section ${sectionLabel(candidate)} can be written and executed`, part: candidate.name })),
  },
  {
    code: 'checksum',
    severity: 'warning',
    fix: 'Write the checksum again after the last change to the file.',
    look: ({ image, file }) => {
      const right = peChecksum(file);
      return when(image.checksum !== right, `the checksum in its header is ${hex(image.checksum)}, that of the file is ${hex(right)}`);
    },
  },
  {
    code: 'stale-signature',
    severity: 'error',
    fix: 'Take the runtime’s signature off before anything is changed, and sign as the last step.',
    look: ({ image, file, expectations }) => {
      const { offset, sizeBytes } = image.certificates;
      if (sizeBytes === 0) return when(expectations.signed, 'it should be signed and has no signature');
      if (!expectations.signed) return [{ message: `it has ${sizeBytes} bytes of a signature that nobody made for it` }];
      if (offset + sizeBytes !== file.byteLength)
        return [{ message: 'its signature is not at the end of the file, so Windows ignores it' }];
      return when(offset < image.endOfSections, 'its signature lies over its sections');
    },
  },
  {
    code: 'overlay',
    severity: 'error',
    fix: 'Only a signature may come after the last section: scanners distrust everything else there.',
    look: ({ image, file }) => {
      const { offset, sizeBytes } = image.certificates;
      const end = sizeBytes > 0 ? offset : file.byteLength;
      // A signature begins at a multiple of eight.
      const strange = end - image.endOfSections;
      return when(strange >= 8 || (sizeBytes === 0 && strange > 0), `${strange} bytes after its last section are no signature`);
    },
  },
  {
    code: 'version',
    severity: 'error',
    fix: 'The version resource has to say what package.json says.',
    look: ({ resources, expectations }) => {
      const [info, ...more] = resources.versions;
      if (info === undefined || more.length > 0)
        return [{ message: `it has ${resources.versions.length} version resources instead of one` }];
      const numbers = fourParts(expectations.version).join('.');
      const texts = ['FileVersion', 'ProductVersion'].filter((name) => info.texts[name] !== expectations.version);
      return [
        ...[info.file, info.product]
          .filter((found) => found !== numbers)
          .map((found) => ({ message: `its version numbers are ${found} and not ${numbers}` })),
        ...texts.map((name) => ({
          message: `its ${name} is ${JSON.stringify(info.texts[name] ?? '')} and not ${JSON.stringify(expectations.version)}`,
        })),
      ];
    },
  },
  {
    code: 'version-texts',
    severity: 'warning',
    fix: 'Windows shows these in the file’s properties and in its warnings: fill them in lab.config.json (product).',
    look: ({ resources }) =>
      ['CompanyName', 'FileDescription', 'LegalCopyright', 'OriginalFilename', 'ProductName']
        .filter((name) => !resources.versions[0]?.texts[name])
        .map((name) => ({ message: `its version resource has no ${name}` })),
  },
  {
    code: 'manifest',
    severity: 'error',
    fix: 'Give it one application manifest with asInvoker, longPathAware, the UTF-8 code page and Windows 10 among the supported systems.',
    look: ({ resources }) => {
      const [text = '', ...more] = resources.manifests;
      if (resources.manifests.length !== 1)
        return [{ message: `it has ${more.length + (text ? 1 : 0)} application manifests instead of one` }];
      return demands.filter(([pattern]) => !pattern.test(text)).map(([, what]) => ({ message: `its application manifest ${what}` }));
    },
  },
  {
    code: 'icon',
    severity: 'warning',
    fix: 'Give product.icon images of 16, 32, 48 and 256 pixels.',
    look: ({ resources }) => {
      const [group] = resources.iconGroups;
      if (group === undefined) return [{ message: 'it has no icon' }];
      const missing = [16, 32, 48, 256].filter((size) => !group.includes(size));
      return when(missing.length > 0, `its icon has no image of ${missing.join(', ')} pixels, so Windows scales another`);
    },
  },
  {
    code: 'library',
    severity: 'error',
    fix: 'Bring the library along, link it statically, or load it only where it is there.',
    look: ({ image, expectations }) =>
      image.imports.flatMap(({ name, delayed }) => {
        const build = firstBuildWith(name);
        const how = delayed ? 'needs on demand' : 'needs to start';
        if (build === undefined) return [{ message: `it ${how} ${name}, which is no part of Windows`, part: name }];
        return build > expectations.oldestBuild
          ? [{ message: `it ${how} ${name}, which came with build ${build}; it has to run on ${expectations.oldestBuild}`, part: name }]
          : [];
      }),
  },
  {
    code: 'packed',
    severity: 'warning',
    fix: 'Packed code is what malware scanners distrust most: ship it as it was compiled.',
    look: ({ image, parts }) =>
      parts
        .filter(({ name, sizeBytes, entropy }) => {
          const isCode = image.sections.some((candidate) => candidate.name === name && has(candidate.flags, section.execute));
          return isCode && sizeBytes >= LEAST_JUDGED_BYTES && entropy > PACKED_BITS;
        })
        .map(({ name, entropy }) => ({ message: `the code in ${name} looks packed (${entropy.toFixed(2)} bits a byte)`, part: name })),
  },
  {
    code: 'debug-path',
    severity: 'note',
    fix: 'Link with /PDBALTPATH:%_PDB% so that no path of the build machine gets in.',
    // C:\build\node.pdb · node.pdb
    look: ({ image }) => when(/[\\/]/.test(image.debugPath ?? ''), `it names a path of the machine that linked it: ${image.debugPath}`),
  },
  {
    code: 'size',
    severity: 'error',
    fix: 'Look at the sizes by part; raise policy.executable.maxSizeMiB when the growth is meant.',
    look: ({ file, expectations, parts }) => {
      const largest = parts
        .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
        .slice(0, 3)
        .map(({ name, sizeBytes }) => `${name} ${mebibytes(sizeBytes)}`);
      return when(
        file.byteLength > expectations.mostBytes,
        `it has ${mebibytes(file.byteLength)}, ${mebibytes(expectations.mostBytes)} are allowed (${largest.join(', ')})`,
      );
    },
  },
];

/** What the application manifest has to say, and how it is told when it does not. */
const demands: readonly (readonly [RegExp, string])[] = [
  [/<requestedExecutionLevel\s[^>]*level="asInvoker"/, 'does not ask for the rights of whoever starts it (asInvoker)'],
  [/<longPathAware\b[^>]*>\s*true\s*</, 'does not say that it can do with long paths (longPathAware)'],
  [/<activeCodePage\b[^>]*>\s*UTF-8\s*</, 'does not ask for UTF-8 as its code page (activeCodePage)'],
  // Windows 10 and 11
  [/<supportedOS\s+Id="\{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a\}"/i, 'does not name Windows 10 among the systems it knows (supportedOS)'],
];
