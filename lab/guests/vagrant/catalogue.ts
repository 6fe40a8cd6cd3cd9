import path from 'node:path';
import { z } from 'zod';
import { sha256Schema } from '../../core/bundle.ts';
import { LabError } from '../../core/error.ts';
import type { Format } from '../../core/formats.ts';
import { type GuestSpec, windowsReleases } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import { validate } from '../../core/validate.ts';
import { readTextIfThere } from '../../host/files.ts';

/** What machines can run on, each by the name Vagrant knows it by. `embedded` is the plug-in of the lab's own tests: no Windows. */
export const hypervisorNames = ['virtualbox', 'hyperv', 'vmware_desktop', 'libvirt', 'embedded'] as const;
export type HypervisorName = (typeof hypervisorNames)[number];

const name = z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,48}[a-z0-9])?$/);
const day = z.iso.date();

const download = z.strictObject({
  url: z
    .string()
    // https://example.test/box
    .regex(/^https?:\/\/[^\s]+$/)
    .meta({ description: 'Where the box is fetched' }),
  mirrors: z.array(z.string()).default([]).meta({ description: 'Copies, tried after it: URLs, or paths on this machine' }),
  digest: z
    .union([
      z.strictObject({ sha256: sha256Schema }),
      z.strictObject({ unknown: z.string().min(1).meta({ description: 'Why nobody has computed it; the box is never called verified' }) }),
    ])
    .meta({ description: 'SHA-256 of the file' }),
  sizeBytes: z.int().positive().optional().meta({ description: 'Size of the file, for the progress and the room it takes' }),
});
export type BoxDownload = z.infer<typeof download>;

const evaluation = z.discriminatedUnion('starts', [
  z.strictObject({ starts: z.literal('first-boot'), days: z.int().positive() }),
  z.strictObject({ starts: z.literal('image'), days: z.int().positive(), imageDate: day.meta({ description: 'When the image was made' }) }),
]);

const box = z.strictObject({
  name: name.meta({ description: 'What it is called here; Vagrant knows it as `anivault-lab/<name>-<version>`' }),
  version: z.string().regex(/^\d+(?:\.\d+){0,3}$/),
  os: z.enum(windowsReleases),
  build: z.int().min(10240),
  edition: z.string(),
  publisher: z.string().meta({ description: 'Who made it' }),
  released: day.optional(),
  maintained: z.boolean().meta({ description: 'Whether its publisher still makes newer ones' }),
  evaluation: evaluation.optional().meta({ description: 'When this evaluation of Windows stops working; absent: never' }),
  knownTraits: z.array(z.string()).meta({ description: 'What it is known to do that falsifies checks, for people' }),
  downloads: z.partialRecord(z.enum(hypervisorNames), download).meta({ description: 'The file for each hypervisor' }),
});
export type Box = z.infer<typeof box>;

const setting = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.record(z.string(), z.string())]);

const machine = z.strictObject({
  name: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/),
  os: z.enum(windowsReleases),
  build: z.int().min(10240).meta({ description: 'Windows build number that is expected to answer' }),
  box: name.optional().meta({ description: 'Box it is made of; absent where the hypervisor needs none' }),
  cpus: z.int().min(1).max(64),
  memoryMiB: z.int().min(512),
  bootSeconds: z.int().min(1).default(900).meta({ description: 'How long Vagrant waits for WinRM' }),
  winrm: z
    .strictObject({ user: z.string(), password: z.string() })
    .default({ user: 'vagrant', password: 'vagrant' })
    .meta({ description: 'How Vagrant logs in for the first time; boxes come with `vagrant` and `vagrant`' }),
  provision: z
    .array(
      z.strictObject({
        script: z.string().regex(/^[a-z0-9-]+\.ps1$/),
        thenRestart: z.boolean().default(false).meta({ description: 'Windows is restarted after it' }),
      }),
    )
    .default([])
    .meta({ description: 'Scripts from `provision/`, in this order, each once' }),
  settings: z
    .partialRecord(z.enum(hypervisorNames), z.record(z.string(), setting))
    .default({})
    .meta({ description: 'More of Vagrant’s settings for this machine on a hypervisor' }),
  toolkit: z
    .strictObject({ kind: z.literal('agent'), launcher: z.string() })
    .optional()
    .meta({ description: 'What answers questions in a machine that is no Windows; absent: Windows PowerShell' }),
});
export type Machine = z.infer<typeof machine>;

const unique = <T>(items: readonly T[], keyOf: (item: T) => string): boolean => new Set(items.map(keyOf)).size === items.length;

const catalogue = z
  .strictObject({
    $schema: z.string().optional().meta({ description: 'Where an editor finds the schema; not read by the lab' }),
    format: z.literal(1),
    hypervisor: z.enum(hypervisorNames).meta({ description: 'Hypervisor that is used where LAB_HYPERVISOR names no other' }),
    settings: z
      .partialRecord(z.enum(hypervisorNames), z.record(z.string(), setting))
      .default({})
      .meta({ description: 'Vagrant’s settings for every machine on a hypervisor' }),
    pull: z
      .partialRecord(
        z.enum(hypervisorNames),
        z.strictObject({
          listen: z.string().meta({ description: 'Address of this host where the lab listens while it copies' }),
          hostInGuest: z.string().optional().meta({ description: 'What machines call that address; absent: the same' }),
        }),
      )
      .optional()
      .meta({ description: 'How machines on a hypervisor fetch files from this host, which is faster; absent: the lab sends them' }),
    boxes: z.array(box).refine((boxes) => unique(boxes, (one) => one.name), 'two boxes have the same name'),
    machines: z
      .array(machine)
      .min(1)
      .refine((machines) => unique(machines, (one) => one.name), 'two machines have the same name'),
  })
  .superRefine(({ boxes, machines }, context) => {
    for (const [index, { name: machineName, box: wanted, os, build }] of machines.entries()) {
      const found = boxes.find((one) => one.name === wanted);
      const at = ['machines', index, 'box'];
      if (wanted !== undefined && !found) context.addIssue({ code: 'custom', path: at, message: `there is no box ${wanted}` });
      if (found && (found.os !== os || found.build !== build))
        context.addIssue({
          code: 'custom',
          path: at,
          message: `${machineName} is ${os} ${build}, and ${found.name} ${found.os} ${found.build}`,
        });
    }
  });
export type Catalogue = z.infer<typeof catalogue>;

/** `vagrant/machines.json`. The Vagrantfile reads it as well, so what stands there is all there is. */
export const machinesFormat = {
  file: 'machines.v1.json',
  title: 'Catalogue of machines and boxes',
  schema: catalogue,
} as const satisfies Format;

export const catalogueFileIn = (folder: LocalPath): LocalPath => path.join(folder, 'machines.json') as LocalPath;

/** Reads the catalogue in Vagrant's folder. Throws `vagrant.catalogue-invalid` with all that is wrong with it. */
export async function readCatalogue(folder: LocalPath): Promise<Catalogue> {
  const file = catalogueFileIn(folder);
  const invalid = (problems: string): LabError => LabError.of('vagrant.catalogue-invalid', { file, problems });
  const text = await readTextIfThere(file);
  if (text === undefined) throw invalid('it is not there');
  let value: unknown;
  try {
    value = JSON.parse(text);
    validate(machinesFormat as unknown as Format & { readonly schema: z.ZodType }, value, file);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
  const parsed = catalogue.safeParse(value);
  if (!parsed.success) throw invalid(parsed.error.issues.map((issue) => `${issue.path.join('/')}: ${issue.message}`).join('; '));
  return parsed.data;
}

/** The machine for a guest: the one of its name, else the only one of its system and build. Throws `vagrant.no-machine`. */
export function machineFor({ machines }: Catalogue, spec: GuestSpec, file: string): Machine {
  const fits = (one: Machine): boolean => one.os === spec.os && one.build === spec.build;
  const named = machines.find((one) => one.name === spec.name);
  const fitting = machines.filter(fits);
  const found = named ?? (fitting.length === 1 ? fitting[0] : undefined);
  if (found && fits(found)) return found;
  throw LabError.of('vagrant.no-machine', {
    file,
    guest: spec.name,
    wanted: `${spec.os} ${spec.build}${fitting.length > 1 ? ', and several are' : ''}`,
    known: machines.map((one) => `${one.name} (${one.os} ${one.build})`).join(', '),
  });
}

/** The name Vagrant knows a box by. The version is in it, so that a newer one never takes the place of the one that was pinned. */
export const vagrantNameOf = ({ name: boxName, version }: Pick<Box, 'name' | 'version'>): string => `anivault-lab/${boxName}-${version}`;
