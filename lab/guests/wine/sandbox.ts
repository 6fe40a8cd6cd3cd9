import path from 'node:path';
import type { HostProgram } from './host-program.ts';
import { type GatewayProgram, gatewayMounts } from './pull-gateway.ts';
import type { WineRoot } from './wine-root.ts';

/** How the guest's C: drive comes about. */
export type PrefixMount =
  /** The folder itself. */
  | { readonly kind: 'writable'; readonly folder: string }
  /** An overlay whose changes go into `upper`; `layers` are read-only, the first is the lowest. */
  | { readonly kind: 'overlay'; readonly layers: readonly string[]; readonly upper: string; readonly work: string }
  /** An overlay whose changes stay in memory, where the disk cannot hold one. */
  | { readonly kind: 'memory-overlay'; readonly layers: readonly string[] };

export interface Sandbox {
  readonly root: WineRoot;
  readonly prefix: PrefixMount;
  /** The guest's `/tmp`, where Wine's server has its socket. One folder for one prefix. */
  readonly temporary: string;
  /** The guest's computer name. */
  readonly hostName: string;
  /** Host files by their names on the guest's read-only drive X:. */
  readonly drive: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** What lets the guest fetch files from this host, and the folder with the sockets of those who offer some. */
  readonly gateway?: { readonly program: GatewayProgram; readonly socketFolder: string };
}

const PREFIX = '/guest/prefix';
const DRIVE = '/guest/x';
/** What X: links to; part of the template. */
export const driveLinkTarget = DRIVE;

/** Wine's programs, seen from inside. */
export const wineLoader = '/usr/lib/wine/wine64';
export const wineServer = '/usr/lib/wine/wineserver64';

/** What every Wine program needs in its environment, inside a sandbox. */
const wineEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/bin:/bin',
  HOME: '/guest/home',
  USER: 'guest',
  LC_ALL: 'C.UTF-8',
  XDG_RUNTIME_DIR: '/tmp',
  WINEPREFIX: PREFIX,
  WINELOADER: wineLoader,
  WINESERVER: wineServer,
  WINEDEBUG: '-all',
};

/**
 * Runs `command` in namespaces of its own: processes, network (loopback only), mounts, users (uid 1000, no capabilities), IPC, host name,
 * control groups. It sees Wine's root read-only, its prefix and drive X:, and no other file of the host. All of it ends with the process that
 * started it, and with the first process inside.
 *
 * Needs no root. bubblewrap comes out of the Wine root, whose libraries may be newer than the host's, and is therefore started by the root's
 * own loader.
 */
export function sandboxed(sandbox: Sandbox, command: readonly string[]): HostProgram {
  const usr = path.join(sandbox.root.folder, 'usr');
  const libraries = path.join(usr, 'lib/x86_64-linux-gnu');
  const options: (readonly string[])[] = [
    ['--die-with-parent', '--new-session', '--unshare-all', '--unshare-user', '--disable-userns'],
    ['--uid', '1000', '--gid', '1000', '--cap-drop', 'ALL', '--hostname', sandbox.hostName],
    ['--ro-bind', usr, '/usr', '--symlink', 'usr/bin', '/bin', '--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64'],
    ['--ro-bind', path.join(sandbox.root.folder, 'etc/passwd'), '/etc/passwd'],
    // Without /sys Wine finds no processors.
    ['--proc', '/proc', '--dev', '/dev', '--ro-bind', '/sys', '/sys'],
    ['--bind', sandbox.temporary, '/tmp', '--dir', '/guest/home', ...mountOf(sandbox.prefix), '--dir', DRIVE],
    ...Object.entries(sandbox.drive).map(([name, file]) => ['--ro-bind', file, `${DRIVE}/${name}`]),
    sandbox.gateway ? gatewayMounts(sandbox.gateway.program, sandbox.gateway.socketFolder) : [],
    ['--remount-ro', '/', '--clearenv'],
    ...Object.entries({ ...wineEnvironment, ...sandbox.env }).map(([name, value]) => ['--setenv', name, value]),
    // A directory outside of all drives is no working directory to Windows programs.
    ['--chdir', sandbox.prefix.kind === 'writable' ? PREFIX : `${PREFIX}/drive_c/users/guest`],
  ];
  return {
    program: path.join(libraries, 'ld-linux-x86-64.so.2'),
    args: ['--library-path', libraries, path.join(usr, 'bin/bwrap'), ...options.flat(), '--', ...command],
    env: {},
    cwd: '/',
  };
}

function mountOf(prefix: PrefixMount): readonly string[] {
  switch (prefix.kind) {
    case 'writable':
      return ['--bind', prefix.folder, PREFIX];
    case 'overlay':
      return [...prefix.layers.flatMap((layer) => ['--overlay-src', layer]), '--overlay', prefix.upper, prefix.work, PREFIX];
    case 'memory-overlay':
      return [...prefix.layers.flatMap((layer) => ['--overlay-src', layer]), '--tmp-overlay', PREFIX];
  }
}
