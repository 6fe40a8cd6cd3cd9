import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../../core/call.ts';
import { LabError } from '../../../core/error.ts';
import type { LocalPath } from '../../../core/ids.ts';
import type { Folders } from '../../../host/folders.ts';
import { vagrantIn } from '../vagrant.ts';
import type { VagrantSettings } from '../vagrant-command.ts';
import { unpackedFolder, writeReceipt } from './box-receipt.ts';
import { downloadBox } from './download-box.ts';
import { type PinnedBox, digestOf } from './pinned-box.ts';

export interface AddBoxOptions {
  readonly folders: Folders;
  readonly settings: VagrantSettings;
  /** Vagrant's folder of boxes. */
  readonly home: string;
  /** Tried before the catalogue's: a URL or a path. */
  readonly from?: string;
  readonly now: string;
  readonly onProgress: (what: string, done?: number, total?: number) => void;
}

/** Where a box's file lies while it is fetched and handed over. */
export const boxFileOf = (folders: Folders, { vagrantName, hypervisor }: PinnedBox): LocalPath =>
  path.join(folders.cache, 'boxes', `${vagrantName.replaceAll('/', '-')}-${hypervisor}.box`) as LocalPath;

/** Fetches a box, compares its digest, hands it to Vagrant, and writes down what came out of it. Throws `vagrant.box-not-pinned` before anything is fetched. */
export async function addBox(box: PinnedBox, options: AddBoxOptions, call: Call): Promise<void> {
  const { folders, settings, home, from, onProgress } = options;
  const sha256 = digestOf(box);
  const target = boxFileOf(folders, box);
  const sources = [...(from === undefined ? [] : [from]), box.download.url, ...box.download.mirrors];
  const what = `fetch ${box.vagrantName} for ${box.hypervisor}`;
  await downloadBox(
    { box: box.box.name, sources, target, sha256, onProgress: (done, total) => onProgress(what, done, total ?? box.download.sizeBytes) },
    call,
  );
  onProgress(`hand ${box.vagrantName} to Vagrant, which compares the digest once more`);
  await vagrantIn(settings).addBox({ name: box.vagrantName, provider: box.hypervisor, file: target, sha256 }, () => {}, call);
  const unpacked = await unpackedFolder(home, box);
  if (unpacked === undefined) throw LabError.of('vagrant.box-missing', { box: box.vagrantName });
  onProgress('write down what came out of it');
  await writeReceipt(folders, box, sha256, unpacked, options.now, call);
  // Vagrant has unpacked it.
  await rm(target, { force: true });
}
