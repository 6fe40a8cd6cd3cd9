import { LabError } from '../../../core/error.ts';
import type { Sha256 } from '../../../core/ids.ts';
import { type Box, type BoxDownload, type Catalogue, type HypervisorName, vagrantNameOf } from '../catalogue.ts';

/** A box for one hypervisor: one file, one digest. */
export interface PinnedBox {
  readonly box: Box;
  readonly hypervisor: HypervisorName;
  readonly download: BoxDownload;
  /** What Vagrant calls it. */
  readonly vagrantName: string;
  /** Absent: nobody has computed it, and the box is never called verified. */
  readonly sha256: Sha256 | undefined;
}

/** The boxes of a catalogue for a hypervisor, all or those named. Throws `vagrant.no-such-box`. */
export function pinnedBoxes(
  { boxes }: Catalogue,
  hypervisor: HypervisorName,
  file: string,
  names: readonly string[] = [],
): readonly PinnedBox[] {
  const there = boxes.flatMap((box): readonly PinnedBox[] => {
    const download = box.downloads[hypervisor];
    if (!download) return [];
    const sha256 = 'sha256' in download.digest ? download.digest.sha256 : undefined;
    return [{ box, hypervisor, download, vagrantName: vagrantNameOf(box), sha256 }];
  });
  for (const name of names) {
    if (!there.some(({ box }) => box.name === name))
      throw LabError.of('vagrant.no-such-box', {
        box: name,
        hypervisor,
        file,
        known: there.map(({ box }) => box.name).join(', ') || 'none',
      });
  }
  return names.length === 0 ? there : there.filter(({ box }) => names.includes(box.name));
}

/** The digest of a box. Throws `vagrant.box-not-pinned` where there is none. */
export function digestOf({ box, hypervisor, download, sha256 }: PinnedBox): Sha256 {
  if (sha256 !== undefined) return sha256;
  const why = 'unknown' in download.digest ? download.digest.unknown : 'it is missing';
  throw LabError.of('vagrant.box-not-pinned', { box: box.name, hypervisor, why });
}
