import path from 'node:path';
import type { Command } from 'commander';
import type { Call } from '../../core/call.ts';
import type { LocalPath } from '../../core/ids.ts';
import { callUntil } from '../../engine/deadline.ts';
import { addBox } from '../../guests/vagrant/boxes/add-box.ts';
import { ageOf, boxesThere } from '../../guests/vagrant/boxes/box-age.ts';
import { expiryInWords, expiryOf } from '../../guests/vagrant/boxes/expiry.ts';
import { mirrorBox } from '../../guests/vagrant/boxes/mirror-box.ts';
import { type PinnedBox, pinnedBoxes } from '../../guests/vagrant/boxes/pinned-box.ts';
import { stateInWords, verifyBox } from '../../guests/vagrant/boxes/verify-box.ts';
import { catalogueFileIn, readCatalogue } from '../../guests/vagrant/catalogue.ts';
import { chosenHypervisor } from '../../guests/vagrant/hypervisors.ts';
import { vagrantHomeIn } from '../../guests/vagrant/machine-index.ts';
import { vagrantIn } from '../../guests/vagrant/vagrant.ts';
import { settingsOf } from '../../guests/vagrant/vagrant-provider.ts';
import type { CliContext } from '../cli-context.ts';
import { copyProgress } from '../guest/copy-progress.ts';
import type { LabCommand } from '../lab-command.ts';
import { withJson, withProject } from '../options.ts';
import { type ProjectOptions, openProject } from '../project.ts';
import { table } from '../table.ts';
import { vagrantOptions, wire } from '../wiring.ts';

interface BoxesOptions extends ProjectOptions {
  readonly hypervisor?: string;
  readonly json?: boolean;
  readonly from?: string;
  readonly to?: string;
}

/** `lab boxes …`: what machines of Vagrant's are made of. Exit code 3 when something is not as the catalogue says. */
export const boxesCommand: LabCommand = (boxes, context, finish) => {
  const sub = (name: string, description: string, run: (shop: Shop, options: BoxesOptions) => Promise<number>): Command =>
    withJson(withProject(boxes.command(name).description(description)), 'print one JSON object a box')
      .argument('[boxes...]', 'names of boxes in vagrant/machines.json; all of them where none is named')
      .option('--hypervisor <name>', 'for this hypervisor, instead of the catalogue’s or LAB_HYPERVISOR')
      .action(async (names: readonly string[], options: BoxesOptions) => {
        finish(await run(await openShop(names, options, context), options));
      });
  sub('list', 'say which boxes there are, which are here, and how long their Windows works', list);
  sub('add', 'fetch boxes, compare their digests and hand them to Vagrant', add).option('--from <place>', 'a URL or file to try first');
  sub('verify', 'read all files of the boxes that Vagrant has, and compare them with what was fetched', verify);
  sub('mirror', 'keep copies of boxes in a folder, and say their digests', mirror)
    .requiredOption('--to <dir>', 'folder of the copies')
    .option('--from <place>', 'a URL or file to try first');
  sub('outdated', 'say which boxes should be replaced, and why', outdated);
};

/** What every one of the commands needs. */
interface Shop {
  readonly boxes: readonly PinnedBox[];
  readonly parts: ReturnType<typeof wire>;
  readonly settings: ReturnType<typeof settingsOf>;
  readonly home: string;
  readonly context: CliContext;
  readonly call: Call;
}

async function openShop(names: readonly string[], options: BoxesOptions, context: CliContext): Promise<Shop> {
  const { root } = await openProject(options, context);
  const parts = wire(root, context);
  const where = vagrantOptions(root, context);
  const catalogue = await readCatalogue(where.vagrantFolder);
  const hypervisor = chosenHypervisor(catalogue.hypervisor, options.hypervisor ?? where.hypervisor);
  return {
    boxes: pinnedBoxes(catalogue, hypervisor, catalogueFileIn(where.vagrantFolder), names),
    parts,
    settings: settingsOf(where),
    home: vagrantHomeIn(context.environment),
    context,
    call: callUntil(context.signal),
  };
}

const now = ({ parts }: Shop): Date => new Date(parts.clock.now());

/** Prints rows for people, or an object a row. */
function print({ context }: Shop, json: boolean | undefined, head: readonly string[], rows: readonly (readonly string[])[]): void {
  if (!json) return void context.stdout.write(`${table([head, ...rows])}\n`);
  const keys = head.map((title) => title.toLowerCase());
  for (const row of rows) context.stdout.write(`${JSON.stringify(Object.fromEntries(row.map((cell, index) => [keys[index], cell])))}\n`);
}

async function list(shop: Shop, { json }: BoxesOptions): Promise<number> {
  const rows = await Promise.all(
    shop.boxes.map(async (pinned) => {
      const { box, hypervisor, sha256 } = pinned;
      const state = await verifyBox(pinned, { folders: shop.parts.folders, home: shop.home }, 'shallow', shop.call);
      return [
        box.name,
        box.version,
        hypervisor,
        sha256?.slice(0, 12) ?? 'not pinned',
        expiryInWords(expiryOf(box, now(shop))),
        stateInWords(state),
      ];
    }),
  );
  print(shop, json, ['BOX', 'VERSION', 'HYPERVISOR', 'DIGEST', 'EXPIRY', 'STATE'], rows);
  return 0;
}

async function add(shop: Shop, { from, json }: BoxesOptions): Promise<number> {
  const { parts, settings, home, context, call } = shop;
  for (const pinned of shop.boxes) {
    using progress = copyProgress(context.stderr, context.stderr.isTTY === true, parts.clock);
    let last = '';
    const onProgress = (what: string, done?: number, total?: number): void => {
      if (what !== last) context.stderr.write(`${what}\n`);
      last = what;
      if (done !== undefined && total !== undefined) progress.show(done, total);
    };
    await addBox(
      pinned,
      { folders: parts.folders, settings, home, now: parts.clock.now(), onProgress, ...(from === undefined ? {} : { from }) },
      call,
    );
  }
  return verify(shop, json === undefined ? {} : { json });
}

async function verify(shop: Shop, { json }: BoxesOptions): Promise<number> {
  const states = [];
  for (const pinned of shop.boxes)
    states.push({
      pinned,
      state: await verifyBox(pinned, { folders: shop.parts.folders, home: shop.home }, 'deep', shop.call),
    });
  const rows = states.map(({ pinned: { box, hypervisor }, state }) => [box.name, box.version, hypervisor, state.kind, stateInWords(state)]);
  print(shop, json, ['BOX', 'VERSION', 'HYPERVISOR', 'STATE', 'DETAIL'], rows);
  return states.every(({ state }) => state.kind === 'verified') ? 0 : 3;
}

async function mirror(shop: Shop, { to = '.', from, json }: BoxesOptions): Promise<number> {
  const { context, parts, call } = shop;
  const rows: (readonly string[])[] = [];
  for (const pinned of shop.boxes) {
    using progress = copyProgress(context.stderr, context.stderr.isTTY === true, parts.clock);
    const {
      file,
      sha256,
      pinned: known,
    } = await mirrorBox(
      pinned,
      {
        to: path.resolve(context.cwd, to) as LocalPath,
        onProgress: (done, total) => total !== undefined && progress.show(done, total),
        ...(from === undefined ? {} : { from }),
      },
      call,
    );
    rows.push([
      pinned.box.name,
      file,
      sha256,
      known ? 'as the catalogue says' : 'NOT PINNED: compare with its publisher before you write it down',
    ]);
  }
  print(shop, json, ['BOX', 'FILE', 'SHA256', 'DIGEST'], rows);
  return 0;
}

async function outdated(shop: Shop, { json }: BoxesOptions): Promise<number> {
  const there = await boxesThere(vagrantIn(shop.settings), shop.call);
  const found = shop.boxes.flatMap((pinned) => ageOf(pinned, there, now(shop)).map((finding) => ({ pinned, finding })));
  if (found.length === 0 && !json) shop.context.stdout.write('No box has to be replaced.\n');
  else
    print(
      shop,
      json,
      ['BOX', 'STATE', 'WHY', 'NEXT'],
      found.map(({ pinned, finding }) => [pinned.box.name, finding.state, finding.message, finding.hint]),
    );
  return found.some(({ finding }) => finding.state === 'outdated') ? 3 : 0;
}
