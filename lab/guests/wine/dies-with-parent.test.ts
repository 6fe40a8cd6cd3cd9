import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { type HostProcess, hostProcesses, processTree, stillRunning } from '../../testing/host-processes.ts';
import { type KeptGuest, keepGuest, noWine, realFolders, testCall } from '../../testing/wine-rig.ts';
import { cleanGuests } from './clean-guests.ts';
import { processesOf } from './leftovers.ts';
import { guestsFolder } from './wine-lease.ts';

t.setTimeout(200_000);

const LIMIT_MS = 10_000;

/** Waits until a condition holds; `false` when it never does. */
async function eventually(condition: () => Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + LIMIT_MS; performance.now() < end; await wait(50)) if (await condition()) return true;
  return false;
}

const folders = async (owner: string): Promise<readonly string[]> =>
  (await readdir(guestsFolder(realFolders))).filter((name) => name.startsWith(owner));

/** Everything a kept guest consists of: the processes below its keeper and all that share the sandbox' PID namespace. */
async function partsOf(keeper: KeptGuest, owner: string): Promise<readonly HostProcess[]> {
  const own = (await hostProcesses()).find((one) => one.pid === process.pid)?.namespace;
  const tree = await processTree(keeper.pid);
  const namespaces = new Set(tree.map((one) => one.namespace).filter((namespace) => namespace !== own));
  const folder = path.join(guestsFolder(realFolders), (await folders(owner))[0] ?? '');
  const loose = new Set(await processesOf(path.join(folder, 'prefix')));
  const inside = (one: HostProcess): boolean => namespaces.has(one.namespace) || loose.has(one.pid);
  return [...tree, ...(await hostProcesses()).filter((one) => inside(one) && !tree.some((known) => known.pid === one.pid))];
}

for (const isolation of ['auto', 'none'] as const) {
  for (const victim of ['keeper', 'guest-host.ts', 'sandbox'] as const) {
    t.test(`isolation ${isolation}: nothing outlives the ${victim}`, { skip: noWine }, async (t) => {
      const owner = `dies-${isolation}-${victim.replace('.ts', '')}`;
      const keeper = await keepGuest({ owner, isolation });
      t.teardown(() => cleanGuests(realFolders, testCall()));
      const parts = await partsOf(keeper, owner);
      t.ok(
        parts.some((one) => one.commandLine.startsWith('X:\\node.exe X:\\agent.cjs')),
        'the agent runs',
      );
      t.ok(
        parts.some((one) => one.commandLine.endsWith('loose')),
        'a program of nobody runs',
      );
      t.ok(
        parts.some((one) => one.commandLine.includes('services.exe')),
        'services run',
      );
      const host = parts.find((one) => one.commandLine.includes('guest-host.ts'));
      const sandbox = parts.find((one) => one.parent === host?.pid && !one.commandLine.startsWith('/bin/sh'));
      const target = victim === 'keeper' ? keeper.pid : victim === 'sandbox' ? sandbox?.pid : host?.pid;
      process.kill(target ?? Number.NaN, 'SIGKILL');
      await keeper.gone;
      const left = await stillRunning(parts.map((one) => one.pid));
      t.same(
        parts.filter((one) => left.includes(one.pid)).map((one) => one.commandLine),
        [],
        `all ${parts.length} processes are gone`,
      );
      t.notMatch(await readFile('/proc/mounts', 'utf8'), owner, 'no mount is left');
      if (victim === 'guest-host.ts' && isolation === 'auto')
        t.match((await cleanGuests(realFolders, testCall())).join(), owner, 'what it could not remove is found');
      t.ok(await eventually(async () => (await folders(owner)).length === 0), 'the folder is gone');
    });
  }
}
