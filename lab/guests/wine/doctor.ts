import { constants } from 'node:fs';
import { access, mkdir, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { Diagnosis } from '../../core/guest.ts';
import { debianMirrors } from '../../host/debian/apt-sources.ts';
import { findWindowsNode } from '../../host/windows-node.ts';
import { probeIsolation } from './isolation-probe.ts';
import type { PreparationOptions } from './preparation.ts';
import { type WineRoot, findWineRoot } from './wine-root.ts';

const LEAST_FREE_BYTES = 4e9;
const LEAST_MEMORY_BYTES = 2e9;

/** Asks everything that embedded guests need of the host; fetches nothing. */
export async function diagnose(options: PreparationOptions, call: Call): Promise<readonly Diagnosis[]> {
  const root = await findWineRoot(options.folders);
  const node = await findWindowsNode(options).catch(() => undefined);
  const cached = root !== undefined && node !== undefined;
  return [
    platform(),
    ...(await Promise.all([
      program('apt-get', 'apt', cached),
      program('dpkg-deb', 'dpkg', cached),
      program('npm', 'npm', cached),
      mirror(cached),
      disk(options),
    ])),
    memory(),
    cache(root, node?.version),
    await isolation(options, root, call),
  ];
}

const ok = (subject: string, message: string): Diagnosis => ({ subject, state: 'ok', message });

function platform(): Diagnosis {
  const message = `${os.type()} ${os.release()} on ${process.arch}`;
  if (process.platform === 'linux' && process.arch === 'x64') return ok('platform', message);
  return {
    subject: 'platform',
    state: 'missing',
    message,
    hint: 'Embedded guests need Linux on x64: Debian 12 or newer, a virtual machine, or WSL 2.',
  };
}

async function program(name: string, packageName: string, cached: boolean): Promise<Diagnosis> {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    const file = path.join(folder, name);
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return ok(name, file);
  }
  // What was fetched needs it no more.
  if (cached)
    return {
      subject: name,
      state: 'warning',
      message: 'not on the PATH; needed again when the cache is emptied',
      hint: `Install ${packageName}.`,
    };
  return {
    subject: name,
    state: 'missing',
    message: 'not on the PATH',
    hint:
      packageName === 'npm'
        ? 'Install npm.'
        : `Install ${packageName}; without Debian’s tools, run the lab on Debian, in a container or in WSL 2.`,
  };
}

async function mirror(cached: boolean): Promise<Diagnosis> {
  const mirrors = await debianMirrors('/etc/apt');
  if (mirrors.length > 0) return ok('Debian mirror', mirrors.join(', '));
  return {
    subject: 'Debian mirror',
    state: cached ? 'warning' : 'missing',
    message: 'no source of Debian’s main archive in /etc/apt',
    hint: 'Add one to /etc/apt/sources.list.d, or run the lab on Debian.',
  };
}

async function disk(options: PreparationOptions): Promise<Diagnosis> {
  const folder = options.folders.cache;
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const message = `${((bavail * bsize) / 1e9).toFixed(1)} GB free at ${folder}`;
    if (bavail * bsize >= LEAST_FREE_BYTES) return ok('disk', message);
    return {
      subject: 'disk',
      state: 'warning',
      message,
      hint: 'Embedded guests need about 4 GB; free some, run `lab clean`, or set LAB_CACHE_DIR to another disk.',
    };
  } catch (error) {
    return {
      subject: 'disk',
      state: 'missing',
      message: `${folder} cannot be written: ${String(error)}`,
      hint: 'Set LAB_CACHE_DIR to a folder that can be written.',
    };
  }
}

function memory(): Diagnosis {
  const bytes = os.totalmem();
  const message = `${(os.freemem() / 1e9).toFixed(1)} of ${(bytes / 1e9).toFixed(1)} GB free`;
  if (bytes >= LEAST_MEMORY_BYTES) return ok('memory', message);
  return { subject: 'memory', state: 'warning', message, hint: 'Each embedded guest takes about 200 MB beside the programs it runs.' };
}

function cache(root: WineRoot | undefined, nodeVersion: string | undefined): Diagnosis {
  if (root && nodeVersion)
    return ok('cache', `Wine ${root.wineVersion}, bubblewrap ${root.bubblewrapVersion}, Windows node ${nodeVersion}`);
  const absent = [...(root ? [] : ['Wine']), ...(nodeVersion ? [] : ['the Windows node'])].join(' and ');
  return {
    subject: 'cache',
    state: 'warning',
    message: `${absent} will be fetched on first use (about 165 MB)`,
    hint: 'The first run needs the network.',
  };
}

const WARNING = 'GUESTS ARE NOT WALLED OFF: they see this machine’s files and network, and a clean start proves little';

async function isolation(options: PreparationOptions, root: WineRoot | undefined, call: Call): Promise<Diagnosis> {
  const subject = 'isolation';
  if (options.isolation === 'none')
    return { subject, state: 'warning', message: `${WARNING} (it was asked for)`, hint: 'Leave LAB_ISOLATION unset.' };
  if (!root)
    return {
      subject,
      state: 'warning',
      message: 'not known until Wine and bubblewrap are fetched',
      hint: 'Run `lab doctor` again after the first run.',
    };
  const support = await probeIsolation(root, options.folders, call);
  switch (support.kind) {
    case 'namespaces':
      return ok(
        subject,
        `namespaces, changes of guests kept ${support.overlay === 'disk' ? 'on the disk' : 'in memory (the disk holds no overlay)'}`,
      );
    case 'none':
      return {
        subject,
        state: 'warning',
        message: `${WARNING}. The host refused namespaces: ${support.reason}`,
        hint: 'Run on a host, not in a container; or allow user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns).',
      };
  }
}
