import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Call } from '../../../core/call.ts';
import { sha256Schema } from '../../../core/bundle.ts';
import type { Sha256 } from '../../../core/ids.ts';
import { filesBelow, foldersBelow, readTextIfThere, writeFileAtomic } from '../../../host/files.ts';
import type { Folders } from '../../../host/folders.ts';
import { sha256OfFile } from '../../../host/hash.ts';
import type { PinnedBox } from './pinned-box.ts';

const receipt = z.strictObject({
  format: z.literal(1),
  box: z.string(),
  hypervisor: z.string(),
  /** Of the file the box came in. */
  sha256: sha256Schema,
  addedAt: z.iso.datetime(),
  /** Of each file that Vagrant unpacked, by its path below the folder of the box. */
  files: z.record(z.string(), z.strictObject({ sha256: sha256Schema, sizeBytes: z.int() })),
});

/** What was handed to Vagrant, so that it can be told later whether it is still that. */
export type BoxReceipt = z.infer<typeof receipt>;

const fileOf = (folders: Folders, { vagrantName, hypervisor }: PinnedBox): string =>
  path.join(folders.state, 'boxes', `${vagrantName.replaceAll('/', '-')}-${hypervisor}.json`);

/** Hashes what Vagrant unpacked and writes the receipt. */
export async function writeReceipt(
  folders: Folders,
  box: PinnedBox,
  sha256: Sha256,
  unpacked: string,
  addedAt: string,
  call: Call,
): Promise<void> {
  const content: BoxReceipt = {
    format: 1,
    box: box.vagrantName,
    hypervisor: box.hypervisor,
    sha256,
    addedAt,
    files: await hashFiles(unpacked, call),
  };
  await writeFileAtomic(fileOf(folders, box), `${JSON.stringify(content, undefined, 2)}\n`);
}

export async function readReceipt(folders: Folders, box: PinnedBox): Promise<BoxReceipt | undefined> {
  try {
    return receipt.parse(JSON.parse((await readTextIfThere(fileOf(folders, box))) ?? ''));
  } catch {
    return undefined;
  }
}

/** Names Vagrant writes into the folder of a box afterwards; `master_id` is the machine that linked clones hang on. */
const VAGRANTS_OWN = new Set(['master_id', 'box_update_check', 'metadata_url']);

/** Every file of an unpacked box with its digest. */
export async function hashFiles(folder: string, call: Call): Promise<BoxReceipt['files']> {
  const found: Record<string, { sha256: Sha256; sizeBytes: number }> = {};
  for (const name of (await filesBelow(folder)).toSorted()) {
    if (VAGRANTS_OWN.has(path.basename(name))) continue;
    const file = path.join(folder, name);
    found[name.split(path.sep).join('/')] = { sha256: await sha256OfFile(file, call.signal), sizeBytes: (await stat(file)).size };
  }
  return found;
}

/**
 * The folder that Vagrant unpacked a box into; `undefined` when it has it not. Below `boxes` it is NAME/VERSION/PROVIDER, and from Vagrant 2.4 on
 * NAME/VERSION/ARCHITECTURE/PROVIDER, with `-VAGRANTSLASH-` for the slash of a name.
 */
export async function unpackedFolder(vagrantHome: string, { vagrantName, hypervisor }: PinnedBox): Promise<string | undefined> {
  const root = path.join(vagrantHome, 'boxes', vagrantName.replaceAll('/', '-VAGRANTSLASH-'));
  for (const version of await foldersBelow(root)) {
    for (const name of await foldersBelow(path.join(root, version))) {
      const candidates = [path.join(root, version, name), path.join(root, version, name, hypervisor)];
      for (const folder of candidates) {
        if (path.basename(folder) === hypervisor && (await readdir(folder).catch((): string[] => [])).includes('metadata.json'))
          return folder;
      }
    }
  }
  return undefined;
}
