import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { Endpoint, GuestLease, GuestSpec, LeaseOwner } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { Masker, Secret } from '../../core/secret.ts';
import { writeError } from '../../host/files.ts';
import type { Folders } from '../../host/folders.ts';
import type { GuestHostSettings, GuestService } from './guest-host-frames.ts';
import { type GuestHostProcess, readyWithin, startHostProcess } from './host-process.ts';
import type { HostProgram } from './host-program.ts';
import { removeLeftovers } from './leftovers.ts';
import { writeOwnerNote } from './owner-note.ts';
import type { Prepared } from './preparation.ts';
import type { Leftovers } from './wall.ts';
import { osVersionOf } from './windows-version.ts';

export interface WineLeaseOptions {
  readonly folders: Folders;
  readonly masker: Masker;
  readonly prepared: Prepared;
  readonly spec: GuestSpec;
  readonly owner: LeaseOwner;
}

/** Where guests have their folders. */
export const guestsFolder = (folders: Folders): LocalPath => path.join(folders.cache, 'guests') as LocalPath;

/** Windows user in the guest and user name at its endpoint. */
const USER = 'guest';
/** What answers the toolkit's questions, on drive X: of every guest. */
const LAUNCHER = 'X:\\node.exe X:\\toolkit.cjs';
/**
 * Wine puts WINEPATH in front of PATH. Without AVX, because .NET stops threads at any instruction to collect garbage, and Wine 10 then loses the upper
 * halves of the AVX registers: one long text in two came out with every second sixteen bytes replaced.
 */
const POWERSHELL_ENVIRONMENT = { WINEPATH: 'X:\\powershell', DOTNET_EnableAVX: '0' };
const PASSWORD_BYTES = 18;
/** NetBIOS names are no longer. */
const MOST_NAME_CHARACTERS = 15;
const MOST_LOG_CHARACTERS = 2000;

interface Running {
  readonly host: GuestHostProcess;
  readonly endpoint: Endpoint;
  readonly leftovers: Leftovers;
}

/** Makes a fresh guest. What had been started is gone when it throws. */
export async function openWineLease(options: WineLeaseOptions, call: Call): Promise<GuestLease> {
  const { spec, prepared } = options;
  const lost = Promise.withResolvers<string>();
  let disposed = false;
  const follow = (next: Running): Running => {
    void next.host.lost.then((reason) => {
      if (running === next && !disposed) lost.resolve(reason);
    });
    return next;
  };
  let running: Running | undefined;
  running = follow(await start(options, call));
  let work: Promise<unknown> = Promise.resolve();
  // Rewinding and releasing take turns, so that a guest made by the one is not missed by the other.
  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const next = work.then(job);
    work = next.catch(() => {});
    return next;
  };
  const stopRunning = async (): Promise<void> => {
    const last = running;
    running = undefined;
    if (last) await stop(last);
  };
  let { endpoint } = running;
  return {
    spec,
    assurance: 'emulated',
    isolation: prepared.wall.isolation,
    platform: platformOf(prepared),
    get endpoint() {
      return endpoint;
    },
    lost: lost.promise,
    rewind: (rewindCall) =>
      inTurn(async () => {
        if (disposed) throw LabError.of('wine.guest-not-started', { guest: spec.name, reason: 'it was released' });
        await stopRunning();
        running = follow(await start(options, rewindCall));
        endpoint = running.endpoint;
      }),
    [Symbol.asyncDispose]: () => {
      disposed = true;
      return inTurn(stopRunning);
    },
  };
}

/** For the record: `Wine 10.0 in bubblewrap 0.12.0`. */
const platformOf = ({ root, wall }: Prepared): string =>
  wall.isolation === 'namespaces'
    ? `Wine ${root.wineVersion} in bubblewrap ${root.bubblewrapVersion}`
    : `Wine ${root.wineVersion} without isolation`;

async function start(options: WineLeaseOptions, call: Call): Promise<Running> {
  const { folders, masker, prepared, spec, owner } = options;
  const template = await prepared.template(spec.build, call);
  const name = `${owner.id.replaceAll(/[^A-Za-z0-9-]/g, '-')}-${spec.name}-${randomBytes(4).toString('hex')}`;
  const folder = path.join(guestsFolder(folders), name) as LocalPath;
  let leftovers: Leftovers = { folders: [folder] };
  let host: GuestHostProcess | undefined;
  try {
    await mkdir(folder, { recursive: true });
    await writeOwnerNote(folder, owner.id, spec.name, leftovers);
    const hostName = spec.name.toUpperCase().slice(0, MOST_NAME_CHARACTERS).replace(/-+$/, '');
    const prefix = await prepared.wall.prepare({
      folder,
      from: template.layers,
      hostName,
      drive: {
        'node.exe': prepared.node,
        'agent.cjs': prepared.tools.agent,
        'toolkit.cjs': prepared.tools.toolkit,
        ...(prepared.powershell === undefined ? {} : { powershell: prepared.powershell }),
      },
      // mscoree must not be disabled here: .NET programs need it.
      env: { WINEDLLOVERRIDES: 'mshtml,winedbg.exe=', ...(prepared.powershell === undefined ? {} : POWERSHELL_ENVIRONMENT) },
      ...(prepared.gateway ? { gateway: prepared.gateway } : {}),
    });
    leftovers = prefix.leftovers;
    await writeOwnerNote(folder, owner.id, spec.name, leftovers);
    call.signal.throwIfAborted();
    const password = randomBytes(PASSWORD_BYTES).toString('base64url');
    const secret = masker.secret(password);
    const program = prefix.program({ kind: 'windows', args: ['X:\\node.exe', 'X:\\agent.cjs'] });
    host = startHostProcess({
      program: plain(program),
      ...(prefix.watcher ? { watcher: plain(prefix.watcher) } : {}),
      logFile: path.join(folder, 'wine.log'),
      service: spec.transport === 'ssh' ? { transport: 'ssh', sftpProgram: `${LAUNCHER} sftp` } : { transport: 'winrm' },
      user: USER,
      password,
      osVersion: osVersionOf(spec.build),
      computerName: hostName,
      leftovers: { ...leftovers, folders: [...leftovers.folders] },
    });
    const { service } = await readyWithin(host, call);
    return { host, leftovers, endpoint: { ...endpointOf(service, secret), ...(prefix.pull ? { pull: prefix.pull } : {}) } };
  } catch (error) {
    const log = await readFile(path.join(folder, 'wine.log'), 'utf8').catch(() => '');
    await host?.stop();
    await removeLeftovers(leftovers);
    call.signal.throwIfAborted();
    if (error instanceof LabError) throw error;
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw writeError(error, folder);
    const reason = error instanceof Error ? error.message : String(error);
    throw LabError.of(
      'wine.guest-not-started',
      { guest: spec.name, reason },
      { cause: log === '' ? error : new Error(log.slice(-MOST_LOG_CHARACTERS)) },
    );
  }
}

/** How the lab reaches what is served in front of a guest. */
function endpointOf(service: GuestService, password: Secret): Endpoint {
  const toolkit = { kind: 'agent', launcher: LAUNCHER } as const;
  switch (service.transport) {
    case 'winrm':
      return { ...service, user: USER, password, authentication: 'ntlm', toolkit };
    case 'ssh':
      return { ...service, user: USER, login: { password }, toolkit };
  }
}

/** For the settings, whose lists are not read-only. */
const plain = (program: HostProgram): GuestHostSettings['program'] => ({ ...program, args: [...program.args], env: { ...program.env } });

/** Ends a guest and removes what its host may have left. */
async function stop({ host, leftovers }: Running): Promise<void> {
  await host.stop();
  await removeLeftovers(leftovers);
}
