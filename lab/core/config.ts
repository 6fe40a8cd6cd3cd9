import { z } from 'zod';
import { guestSpec } from './guest.ts';
import { policy } from './policy.ts';
import { signingConfig } from './signing-config.ts';

const seconds = z.number().positive().max(86_400);

/** Something else that a native part contains, and that no package manager knows of. */
const linkedPart = z.strictObject({
  name: z.string().meta({ description: 'What the linked part is called' }),
  version: z.string().meta({ description: 'As precisely as it is known: a version, a commit, or where its author took it from' }),
  purl: z.string().startsWith('pkg:').meta({ description: 'Package URL' }),
  licence: z.string().meta({ description: 'SPDX licence expression' }),
  licenceFile: z.string().meta({ description: 'Licence text, relative to this file' }),
});

/** A file of machine code or WebAssembly that the executable carries as it is, and can ask for by its name. */
const nativePart = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]+$/)
    .meta({ description: 'Name of the asset in the executable' }),
  package: z.string().meta({ description: 'Installed npm package it comes from' }),
  file: z.string().meta({ description: 'File for Windows x64, relative to the package' }),
  contains: z.array(linkedPart).default([]).meta({ description: 'What else is linked into it' }),
});

/** Packagers of executables, in the order in which they are tried. */
export const packagerNames = ['node-sea', 'bun'] as const;
export type PackagerName = (typeof packagerNames)[number];
export const packagerChoices = ['auto', ...packagerNames] as const;

const packagerOwn = z
  .strictObject({
    replaceModules: z.record(z.string(), z.string()).default({}).meta({
      description: 'As `product.replaceModules`, and before it where both name a module',
    }),
  })
  .prefault({});

/** A stand-in for a service that the program talks to. The line that it prints says where it listens and which key it takes. */
const testService = z.strictObject({
  name: z.string().min(1).meta({ description: 'What it stands in for' }),
  entry: z.string().meta({
    description:
      'Module that serves it, relative to this file. It prints one line of JSON once it listens and ends when its input does; it is bundled and run in the guest',
  }),
  environment: z
    // ANIVAULT_TMDB_URL
    .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string().min(1))
    .meta({ description: 'Variables that lead the program to it, and the member of that line that each of them gets: `url`' }),
  key: z.string().min(1).meta({ description: 'Member of that line that is a made-up key: `keys.v3`' }),
});

/** `lab.config.json`: what is verified, on what, and what is demanded of it. */
export const labConfig = z.strictObject({
  $schema: z.string().optional().meta({ description: 'Where an editor finds the schema; not read by the lab' }),
  product: z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/)
      .meta({ description: 'Also the name of the executable' }),
    displayName: z.string().meta({ description: 'Name in the version resource and in reports' }),
    publisher: z.string().meta({ description: 'Company name in the version resource' }),
    copyright: z.string().meta({ description: 'Copyright line in the version resource' }),
    entry: z.string().meta({ description: 'Entry module of the program, relative to this file' }),
    icon: z.string().meta({ description: 'Windows icon, relative to this file' }),
    repository: z
      .string()
      // https://github.com/owner/name
      .regex(/^https:\/\/[a-z0-9][a-z0-9.-]*(?::\d+)?(?:\/[\w.~-]+)+$/)
      .optional()
      .meta({
        description: 'Where people read the sources, for links in release notes; absent: from the remote `origin`, where its host is known',
      }),
    bundle: z
      .strictObject({
        licences: z.string().default('LICENSES').meta({ description: 'Folder with the product’s own licence, as `<SPDX identifier>.txt`' }),
        changelog: z.string().default('CHANGELOG.md').meta({ description: 'What changed' }),
        schemas: z.string().optional().meta({ description: 'Folder with the JSON Schemas of what the program prints; absent: none ship' }),
        docs: z.string().optional().meta({ description: 'Folder with the program’s documentation in Markdown; absent: none ships' }),
      })
      .prefault({})
      .meta({ description: 'What ships beside the executable; each path is relative to this file' }),
    replaceModules: z.record(z.string(), z.string()).default({}).meta({
      description:
        'Modules that the executable has another one for. Key: `<package>/<file>`, or a file relative to this file; value: the other, relative to this file',
    }),
    packager: z
      .enum(['auto', ...packagerNames])
      .default('auto')
      .meta({
        description:
          'Who makes the executable. `auto`: Node’s single executable applications; where they fail, Bun, and the record says so',
      }),
    packagers: z
      .strictObject({ 'node-sea': packagerOwn, bun: packagerOwn })
      .prefault({})
      .meta({ description: 'What is different for one packager' }),
    nativeParts: z
      .array(nativePart)
      .default([])
      .refine((parts) => new Set(parts.map((part) => part.name)).size === parts.length, 'two native parts have the same name')
      .meta({ description: 'Files of machine code and WebAssembly that the executable carries' }),
    testService: testService
      .optional()
      .meta({ description: 'What stands in for the service that the program talks to; absent: what needs it is not tried' }),
  }),
  guests: z
    .array(guestSpec)
    .min(1)
    .refine((guests) => new Set(guests.map((guest) => guest.name)).size === guests.length, 'two guests have the same name')
    .meta({ description: 'Guests a run takes place on' }),
  scans: z
    .strictObject({
      osvSnapshot: z.string().optional().meta({
        description:
          'Advisories about npm packages as osv.dev hands them out (zip or JSON list), relative to this file; asked where npm audit is refused',
      }),
    })
    .prefault({}),
  wine: z
    .strictObject({
      powershell: z.string().optional().meta({
        description:
          'A PowerShell 7 for Windows (win-x64) that embedded guests get, as folder or zip, relative to this file; it answers to powershell.exe too',
      }),
    })
    .prefault({}),
  signing: signingConfig.optional().meta({ description: 'How the executable is signed; absent: it is not, by choice' }),
  keep: z.enum(['never', 'on-failure', 'always']).default('never').meta({ description: 'Whether guests outlive the run' }),
  timeouts: z
    .strictObject({
      prepareSeconds: seconds.default(1800).meta({ description: 'Fetching and preparing what guests are made of' }),
      buildSeconds: seconds.default(300).meta({ description: 'Making the executable' }),
      acquireSeconds: seconds.default(120).meta({ description: 'Making one fresh guest, or rewinding it' }),
      copySeconds: seconds.default(300).meta({ description: 'Copying the bundle into one guest' }),
      scanSeconds: seconds.default(300).meta({ description: 'All scans of the release' }),
      checkSeconds: seconds.default(300).meta({ description: 'One cell' }),
      cleanUpSeconds: seconds
        .default(60)
        .meta({ description: 'Releasing what a run holds; counts from the end of the run, not from its start' }),
    })
    .prefault({}),
  policy,
});
export type LabConfig = z.infer<typeof labConfig>;
