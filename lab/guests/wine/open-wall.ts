import { constants } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withInterpreter, withText } from './elf-interpreter.ts';
import { makeEmptyPrefix } from './namespace-wall.ts';
import { type PrefixPlace, type Wall, quoted, stepsScript } from './wall.ts';
import type { WineRoot } from './wine-root.ts';

const LIBRARIES = 'usr/lib/x86_64-linux-gnu';
const DATA = '/usr/share/wine';
/** Where in a guest's folder the changed programs are: as deep as in the root. */
const PROGRAMS = 'wine/usr/lib/wine';
/** With the six characters that mkdtemp adds it is exactly as long as {@link DATA}. */
const DATA_STAND_IN = '/tmp/avl-';

/** What the watcher does; folders to remove are to follow. The name of the server's folder is the guest's to write: only a plain one is taken. */
const CLEAN_UP = `while read -r _; do :; done
server=$(cat "$WINEPREFIX/wineserver")
LD_LIBRARY_PATH="$WINE_LIBRARIES" "$WINESERVER" -k
case $server in */*) ;; wine-??????) rm -rf "/tmp/$server" ;; esac
rm -rf`;

/**
 * No wall at all, for hosts that refuse namespaces: Wine runs on a copy of the template as an ordinary program and sees the host's files, network and
 * processes.
 *
 * The root's programs need the root's own, newer libraries, so copies of the two that Wine is started with start through the root's loader. The
 * loader finds Wine's libraries and data relative to itself; the server looks for its data below `/usr`, and that name is replaced in its copy by
 * one of equal length which links there.
 */
export const openWall = (root: WineRoot): Wall => ({
  isolation: 'none',
  id: 'open',
  prepare: async (place) => {
    const inside = (name: string): string => path.join(place.folder, name);
    const prefix = inside('prefix');
    await makePrefix(place, prefix);
    const data = await mkdtemp(DATA_STAND_IN);
    for (const name of await readdir(path.join(root.folder, DATA)))
      await symlink(path.join(root.folder, DATA, name), path.join(data, name));
    await makePrograms(root, place.folder, data);
    const libraries = path.join(root.folder, LIBRARIES);
    const [loader, server] = [inside(`${PROGRAMS}/wine64`), inside(`${PROGRAMS}/wineserver64`)];
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: place.folder,
      USER: 'guest',
      LC_ALL: 'C.UTF-8',
      WINEPREFIX: prefix,
      WINELOADER: loader,
      WINESERVER: server,
      WINEDEBUG: '-all',
      ...place.env,
    };
    const cwd = place.from === 'fresh' ? prefix : path.join(prefix, 'drive_c/users/guest');
    return {
      program: (command) => {
        if (command.kind === 'windows') return { program: loader, args: command.args, env: { ...env, LD_LIBRARY_PATH: libraries }, cwd };
        // The host's shell would break on the root's libraries: the variable is for Wine's programs alone.
        const script = stepsScript(command.steps, {
          wine: 'LD_LIBRARY_PATH="$WINE_LIBRARIES" "$WINELOADER"',
          wineserver: 'LD_LIBRARY_PATH="$WINE_LIBRARIES" "$WINESERVER"',
        });
        return { program: '/bin/sh', args: ['-c', script], env: { ...env, WINE_LIBRARIES: libraries }, cwd };
      },
      leftovers: { folders: [place.folder, data], looseIn: prefix },
      pull: { listen: { host: '127.0.0.1' } },
      watcher: {
        program: '/bin/sh',
        args: ['-c', `${CLEAN_UP} ${quoted(place.folder)} ${quoted(data)}`],
        // Not spelt as programs of the prefix have it, or it would be taken for one of them.
        env: { PATH: env.PATH, WINEPREFIX: `${prefix}/`, WINESERVER: server, WINE_LIBRARIES: libraries },
        cwd: '/',
      },
    };
  },
});

async function makePrefix(place: PrefixPlace, prefix: string): Promise<void> {
  const drive = path.join(place.folder, 'drive');
  await mkdir(drive, { recursive: true });
  for (const [name, file] of Object.entries(place.drive)) await symlink(file, path.join(drive, name));
  if (place.from === 'fresh') return makeEmptyPrefix(prefix, drive);
  // Shared blocks where the file system has them; never links: Wine writes its registry files in place.
  const options = { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true, preserveTimestamps: true, force: true };
  for (const layer of place.from) await cp(layer, prefix, options);
  const x = path.join(prefix, 'dosdevices/x:');
  await rm(x, { force: true });
  await symlink(drive, x);
}

/** Makes the changed programs, among links to what they look for beside themselves. */
async function makePrograms(root: WineRoot, folder: string, data: string): Promise<void> {
  const inRoot = (name: string): string => path.join(root.folder, name);
  const inGuest = (name: string): string => path.join(folder, 'wine', name);
  await mkdir(path.join(folder, PROGRAMS), { recursive: true });
  await mkdir(inGuest('usr/share'));
  for (const name of [LIBRARIES, DATA]) await symlink(inRoot(name), inGuest(name));
  const loader = inRoot(path.join(LIBRARIES, 'ld-linux-x86-64.so.2'));
  const write = (name: string, program: Buffer): Promise<void> =>
    writeFile(path.join(folder, PROGRAMS, name), withInterpreter(program, loader), { mode: 0o755 });
  await write('wine64', await readFile(inRoot('usr/lib/wine/wine64')));
  await write('wineserver64', withText(await readFile(inRoot('usr/lib/wine/wineserver64')), DATA, data));
}
