import type { Call } from '../../../core/call.ts';
import type { Diagnosis } from '../../../core/guest.ts';
import type { LocalPath } from '../../../core/ids.ts';
import type { Folders } from '../../../host/folders.ts';
import { expiresSoon, expiryInWords, expiryOf, hasExpired } from '../boxes/expiry.ts';
import { pinnedBoxes } from '../boxes/pinned-box.ts';
import { stateInWords, verifyBox } from '../boxes/verify-box.ts';
import { type Catalogue, type HypervisorName, catalogueFileIn } from '../catalogue.ts';
import type { VagrantSettings } from '../vagrant-command.ts';

/** The boxes that machines are made of: whether they are here, whether they are what the catalogue says, and how long their Windows works. */
export async function diagnoseBoxes(
  where: { readonly settings: VagrantSettings; readonly folders: Folders; readonly home: string },
  catalogue: Catalogue,
  hypervisor: HypervisorName,
  call: Call,
): Promise<readonly Diagnosis[]> {
  const used = new Set(catalogue.machines.flatMap(({ box }) => box ?? []));
  if (hypervisor === 'embedded') return [];
  const boxes = pinnedBoxes(catalogue, hypervisor, catalogueFileIn(where.settings.folder as LocalPath)).filter(({ box }) =>
    used.has(box.name),
  );
  const groups = await Promise.all(
    boxes.map(async (pinned): Promise<readonly Diagnosis[]> => {
      const subject = `box ${pinned.box.name}`;
      const state = await verifyBox(pinned, where, 'shallow', call);
      const message = stateInWords(state);
      const add = `npm run lab -- boxes add ${pinned.box.name}`;
      const pin = `npm run lab -- boxes mirror ${pinned.box.name} --to DIR, write its digest into machines.json`;
      const expiry = expiryOf(pinned.box, new Date());
      const age: readonly Diagnosis[] = expiresSoon(expiry)
        ? [
            {
              subject: `${subject}: evaluation`,
              state: hasExpired(expiry) ? 'missing' : 'warning',
              message: expiryInWords(expiry),
              hint: 'Take a newer box into vagrant/machines.json; an expired Windows switches itself off after an hour.',
            },
          ]
        : [];
      switch (state.kind) {
        case 'verified':
          return [{ subject, state: 'ok', message: `${message}; ${expiryInWords(expiry)}` }, ...age];
        case 'absent':
          return [{ subject, state: 'missing', message, hint: pinned.sha256 === undefined ? `${pin}, and: ${add}` : add }, ...age];
        case 'not-pinned':
          return [{ subject, state: 'warning', message, hint: pin }, ...age];
        case 'unknown-origin':
        case 'other-digest':
        case 'changed':
          return [{ subject, state: 'missing', message, hint: add }, ...age];
      }
    }),
  );
  return groups.flat();
}
