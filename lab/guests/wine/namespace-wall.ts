import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { gatewayUrl, withGateway } from './pull-gateway.ts';
import { type PrefixMount, driveLinkTarget, sandboxed, wineLoader, wineServer } from './sandbox.ts';
import { type PrefixCommand, type PrefixPlace, type Wall, stepsScript } from './wall.ts';
import type { WineRoot } from './wine-root.ts';

/** Guests in namespaces of their own, their C: drive an overlay. */
export const namespaceWall = (root: WineRoot, overlay: 'disk' | 'memory'): Wall => ({
  isolation: 'namespaces',
  id: 'namespaces',
  prepare: async (place) => {
    const inside = (name: string): string => path.join(place.folder, name);
    const temporary = inside('tmp');
    await mkdir(temporary, { recursive: true });
    const prefix = await mountOf(place, overlay);
    const { gateway: program, hostName, drive, env } = place;
    const gateway = program && { program, socketFolder: inside('pull') };
    if (gateway) await mkdir(gateway.socketFolder, { recursive: true });
    return {
      program: (command) => {
        const line = commandLine(command);
        const sandbox = { root, prefix, temporary, hostName, drive, env, ...(gateway ? { gateway } : {}) };
        return sandboxed(sandbox, gateway ? withGateway(gateway.program, line) : line);
      },
      leftovers: { folders: [place.folder] },
      ...(gateway ? { pull: { listen: { socketFolder: gateway.socketFolder }, urlInGuest: gatewayUrl } } : {}),
    };
  },
});

async function mountOf(place: PrefixPlace, overlay: 'disk' | 'memory'): Promise<PrefixMount> {
  const inside = (name: string): string => path.join(place.folder, name);
  if (place.from === 'fresh') {
    await makeEmptyPrefix(inside('prefix'), driveLinkTarget);
    return { kind: 'writable', folder: inside('prefix') };
  }
  if (overlay === 'memory') return { kind: 'memory-overlay', layers: place.from };
  await mkdir(inside('upper'), { recursive: true });
  await mkdir(inside('work'), { recursive: true });
  return { kind: 'overlay', layers: place.from, upper: inside('upper'), work: inside('work') };
}

/** Makes a prefix with drives C: and X: and, by making its list of drives before Wine does, without Z:, which would be the host's root. */
export async function makeEmptyPrefix(folder: string, xDrive: string): Promise<void> {
  await mkdir(path.join(folder, 'drive_c/users/guest'), { recursive: true });
  await mkdir(path.join(folder, 'dosdevices'));
  await symlink('../drive_c', path.join(folder, 'dosdevices/c:'));
  await symlink(xDrive, path.join(folder, 'dosdevices/x:'));
}

const commandLine = (command: PrefixCommand): readonly string[] =>
  command.kind === 'windows'
    ? [wineLoader, ...command.args]
    : ['/usr/bin/dash', '-c', stepsScript(command.steps, { wine: wineLoader, wineserver: wineServer })];
