import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { type Endpoint, type GuestLease, type GuestSpec, type LeaseOwner, type PullRoute, isolations } from '../../core/guest.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { Masker } from '../../core/secret.ts';
import { writeError } from '../../host/files.ts';
import type { Folders } from '../../host/folders.ts';
import { type LockHolder, takeLock } from '../../host/lock.ts';
import type { HypervisorName, Machine } from './catalogue.ts';
import { endLease } from './end-lease.ts';
import { type FoundHypervisor, hypervisors } from './hypervisors.ts';
import { environmentOfLease, makeLeaseFolder } from './lease-folder.ts';
import { leasesFolder, writeLeaseNote } from './lease-note.ts';
import type { VagrantMessage } from './machine-readable.ts';
import { provisionReports } from './provision-report.ts';
import { type Vagrant, vagrantIn } from './vagrant.ts';
import type { VagrantSettings } from './vagrant-command.ts';
import { watchMachine } from './watch-machine.ts';

export interface VagrantLeaseOptions {
  readonly folders: Folders;
  readonly masker: Masker;
  readonly settings: VagrantSettings;
  readonly vagrantVersion: string;
  readonly spec: GuestSpec;
  readonly owner: LeaseOwner;
  readonly machine: Machine;
  readonly hypervisor: HypervisorName;
  readonly found: FoundHypervisor;
  /** How it fetches files from this host. */
  readonly pull: PullRoute | undefined;
  /** For people: the box and its version. */
  readonly boxTitle: string | undefined;
  /** Told what is waited for: another lab that imports, and another process that works on the machine. */
  readonly onNotice: (sentence: string) => void;
}

/** The snapshot that a machine is rewound to, taken as soon as it is up. */
const PRISTINE = 'anivault-lab-pristine';
const WINRM_TLS_PORT = 5986;
/** For removing a machine, on a clock of its own: what was wanted of it may have been given up. */
const DESTROY_MS = 180_000;
const MOST_OWNER_CHARACTERS = 60;

/** One clock for clean-up, whatever has become of the call. */
export const cleanUpCall = (limitMs = DESTROY_MS): Call => {
  const endsAtMs = performance.now() + limitMs;
  return { signal: AbortSignal.timeout(limitMs), deadline: { remainingMs: () => Math.max(0, endsAtMs - performance.now()) } };
};

/** What a machine says of itself beside what the catalogue knows. */
interface Told {
  readonly isolation: GuestLease['isolation'];
  readonly platform: string;
  readonly certificateSha256: Sha256 | undefined;
}

/** Makes a fresh machine: `up`, snapshot, address. It has a Vagrant environment of its own, so that leases of one machine do not meet. Gone when it throws. */
export async function openVagrantLease(options: VagrantLeaseOptions, call: Call): Promise<GuestLease> {
  const { spec, machine, owner, hypervisor } = options;
  const ownerName = owner.id.replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, MOST_OWNER_CHARACTERS);
  const folder = path.join(leasesFolder(options.folders), `${ownerName}-${spec.name}-${randomBytes(4).toString('hex')}`);
  const vagrant = vagrantIn(environmentOfLease(folder, options.settings), (name) =>
    options.onNotice(`${spec.name} waits for another process of Vagrant’s that works on ${name}`),
  );
  try {
    await makeLeaseFolder(folder, options.settings);
    const home = { ...process.env, ...options.settings.env }['VAGRANT_HOME'];
    const note = { owner: owner.id, guest: spec.name, machine: machine.name, hypervisor };
    await writeLeaseNote(folder, home === undefined ? note : { ...note, vagrantHome: home });
    const messages = await bringUp(vagrant, options, call);
    const told = whatWasTold(options, messages);
    // Vagrant locks the machine for the one and not for the other.
    const [endpoint] = await Promise.all([endpointOf(vagrant, options, told, call), vagrant.saveSnapshot(machine.name, PRISTINE, call)]);
    return leaseOf(vagrant, options, told, endpoint, folder);
  } catch (error) {
    // A machine that cannot be removed keeps its folder, by which `lab clean` finds it; what went wrong first is what is told.
    await endLease(vagrant, machine.name, folder, cleanUpCall()).catch(() => {});
    call.signal.throwIfAborted();
    if (error instanceof LabError) throw error;
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw writeError(error, folder);
    throw LabError.of('vagrant.guest-not-started', { guest: spec.name, reason: String(error) }, { cause: error });
  }
}

/** Imports one after the other where the hypervisor needs it, and boots side by side: the turn is given back when Vagrant says that the machine boots. */
async function bringUp(vagrant: Vagrant, options: VagrantLeaseOptions, call: Call): Promise<readonly VagrantMessage[]> {
  const { machine, hypervisor, spec, owner } = options;
  await using turn = new AsyncDisposableStack();
  if (!hypervisors[hypervisor].parallelImport)
    turn.use(await takeLock(`vagrant-import-${hypervisor}`, `import ${spec.name} for ${owner.id}`, waitsFor(options), call));
  let given: Promise<void> | undefined;
  const giveBack = (message: VagrantMessage): void => {
    if (message.kind === 'ui' && /^(?:Booting VM|Waiting for machine to boot|Starting the machine)/.test(message.text))
      given ??= turn.disposeAsync();
  };
  const messages = await vagrant.up(machine.name, hypervisor, giveBack, call);
  await given;
  return messages;
}

/** Tells whom a machine waits for, and for how long that one has had its turn. */
const waitsFor =
  ({ spec, onNotice }: VagrantLeaseOptions) =>
  ({ pid, purpose, since }: LockHolder): void => {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1000));
    onNotice(`${spec.name} waits for its turn: process ${pid} has had it for ${seconds} s, to ${purpose}`);
  };

/** Takes from `vagrant up` what the machine's scripts and plug-in said. */
function whatWasTold(
  { machine, hypervisor, found, boxTitle, vagrantVersion }: VagrantLeaseOptions,
  messages: readonly VagrantMessage[],
): Told {
  const reports = provisionReports(machine.name, messages);
  for (const { script } of machine.provision) {
    const name = script.replace(/\.ps1$/, '');
    if (!reports.some((report) => report.script === name))
      throw LabError.of('vagrant.report-invalid', { machine: machine.name, script: name, problem: 'it said nothing' });
  }
  const { isolation, title } = hypervisors[hypervisor];
  // 1795260051,win10,lab-guest,namespaces,Wine 10.0 in bubblewrap 0.12.0
  const [ownIsolation, ownPlatform] =
    messages.flatMap((message) => (message.kind === 'data' && message.type === 'lab-guest' ? [message.values] : [])).at(-1) ?? [];
  const through = [`Vagrant ${vagrantVersion}`, ...(boxTitle === undefined ? [] : [boxTitle])].join(', ');
  const below = ownPlatform ?? [title, found.version].filter((part) => part !== '').join(' ');
  return {
    isolation: hypervisor === 'embedded' ? (isolations.find((one) => one === ownIsolation) ?? isolation) : isolation,
    platform: `${found.assurance === 'simulated' ? 'Stand-in for ' : ''}${below} (${through})`,
    certificateSha256: reports.findLast((report) => report.certificateSha256 !== null)?.certificateSha256 ?? undefined,
  };
}

/** Asks Vagrant where the machine is. With a certificate to pin, its HTTPS listener is taken. */
async function endpointOf(
  vagrant: Vagrant,
  { machine, masker, pull }: VagrantLeaseOptions,
  { certificateSha256 }: Told,
  call: Call,
): Promise<Endpoint & { readonly transport: 'winrm' }> {
  const { host, port, user, password } = await vagrant.winrmConfig(machine.name, call);
  const base = {
    transport: 'winrm',
    user,
    password: masker.secret(password),
    authentication: 'ntlm',
    toolkit: machine.toolkit ?? { kind: 'powershell' },
    ...(pull === undefined ? {} : { pull }),
  } as const;
  const inUrl = host.includes(':') ? `[${host}]` : host;
  if (certificateSha256 === undefined) return { ...base, url: `http://${inUrl}:${port}/wsman` };
  // Behind an address of this host there are forwarded ports; a machine with an address of its own has its own ports.
  const tlsPort = host === '127.0.0.1' ? (await vagrant.ports(machine.name, call)).get(WINRM_TLS_PORT) : WINRM_TLS_PORT;
  if (tlsPort === undefined)
    throw LabError.of('vagrant.no-address', { machine: machine.name, problem: `port ${WINRM_TLS_PORT} of the guest is not forwarded` });
  return { ...base, url: `https://${inUrl}:${tlsPort}/wsman`, certificateSha256 };
}

function leaseOf(
  vagrant: Vagrant,
  options: VagrantLeaseOptions,
  told: Told,
  first: Endpoint & { readonly transport: 'winrm' },
  folder: string,
): GuestLease {
  const { spec, machine, found } = options;
  const lost = Promise.withResolvers<string>();
  let endpoint = first;
  let disposed = false;
  let ended = false;
  const watch = (): Disposable =>
    watchMachine({
      address: () => {
        const { hostname, port } = new URL(endpoint.url);
        return { host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port) };
      },
      state: (call) => vagrant.state(machine.name, call),
      onLost: (reason) => disposed || lost.resolve(reason),
    });
  let watching = watch();
  let work: Promise<unknown> = Promise.resolve();
  // Rewinding and releasing take turns: Vagrant refuses the second one otherwise.
  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const next = work.then(job);
    work = next.catch(() => {});
    return next;
  };
  return {
    spec,
    assurance: found.assurance,
    isolation: told.isolation,
    platform: told.platform,
    get endpoint() {
      return endpoint;
    },
    lost: lost.promise,
    rewind: (call) =>
      inTurn(async () => {
        if (disposed) throw LabError.of('vagrant.guest-not-started', { guest: spec.name, reason: 'it was released' });
        watching[Symbol.dispose]();
        await vagrant.restoreSnapshot(machine.name, PRISTINE, call);
        endpoint = await endpointOf(vagrant, options, told, call);
        watching = watch();
      }),
    [Symbol.asyncDispose]: () => {
      disposed = true;
      watching[Symbol.dispose]();
      return inTurn(async () => {
        if (ended) return;
        await endLease(vagrant, machine.name, folder, cleanUpCall());
        ended = true;
      });
    },
  };
}
