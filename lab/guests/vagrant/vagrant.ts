import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { HypervisorName } from './catalogue.ts';
import type { VagrantMessage } from './machine-readable.ts';
import { type VagrantRequest, type VagrantSettings, runVagrant } from './vagrant-command.ts';

/** A box that Vagrant has. */
export interface InstalledBox {
  readonly name: string;
  readonly provider: string;
  readonly version: string;
}

/** Where a machine's WinRM service is, as Vagrant says. */
export interface WinrmPlace {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

type Watch = (message: VagrantMessage) => void;

/** The commands of Vagrant's that the lab uses. Each throws as {@link runVagrant} does. */
export interface Vagrant {
  readonly version: (call: Call) => Promise<string>;
  readonly plugins: (call: Call) => Promise<ReadonlyMap<string, string>>;
  readonly boxes: (call: Call) => Promise<readonly InstalledBox[]>;
  /** Hands a file to Vagrant, which compares its digest once more while it unpacks. */
  readonly addBox: (
    box: { readonly name: string; readonly provider: string; readonly file: string; readonly sha256: string },
    onMessage: Watch,
    call: Call,
  ) => Promise<void>;
  readonly removeBox: (box: Pick<InstalledBox, 'name' | 'provider'>, call: Call) => Promise<void>;
  /** Throws when the Vagrantfile cannot be used. */
  readonly validate: (call: Call) => Promise<void>;
  /** `running`, `poweroff`, `saved`, `not_created` and whatever else a provider knows. */
  readonly state: (machine: string, call: Call) => Promise<string>;
  readonly up: (machine: string, hypervisor: HypervisorName, onMessage: Watch, call: Call) => Promise<readonly VagrantMessage[]>;
  readonly winrmConfig: (machine: string, call: Call) => Promise<WinrmPlace>;
  /** Ports of this host by the port of the guest they lead to. Empty where the guest has an address of its own. */
  readonly ports: (machine: string, call: Call) => Promise<ReadonlyMap<number, number>>;
  readonly saveSnapshot: (machine: string, name: string, call: Call) => Promise<void>;
  readonly restoreSnapshot: (machine: string, name: string, call: Call) => Promise<readonly VagrantMessage[]>;
  readonly snapshots: (machine: string, call: Call) => Promise<readonly string[]>;
  /** Harmless when there is no such machine. */
  readonly destroy: (machine: string, call: Call) => Promise<void>;
}

/** Long enough for a machine that is being saved or removed by another process. */
const DESTROY_LOCK_WAIT_MS = 60_000;

/** `onLocked` is told, once a command, of a machine that another process works on and that is waited for. */
export function vagrantIn(settings: VagrantSettings, onLocked?: (machine: string) => void): Vagrant {
  const run = (args: readonly string[], call: Call, more: Partial<VagrantRequest> = {}): Promise<readonly VagrantMessage[]> =>
    runVagrant(settings, { args, machine: '', ...(onLocked ? { onLocked: once(() => onLocked(more.machine ?? '')) } : {}), ...more }, call);
  return {
    version: async (call) => valuesOf(await run(['version'], call), 'version-installed')[0]?.[0] ?? '',
    plugins: async (call) =>
      new Map(
        (await run(['plugin', 'list'], call)).flatMap((message) =>
          message.kind === 'data' && message.type === 'plugin-version' ? [[message.machine, message.values[0] ?? ''] as const] : [],
        ),
      ),
    boxes: async (call) => boxesOf(await run(['box', 'list'], call)),
    addBox: async ({ name, provider, file, sha256 }, onMessage, call) => {
      const args = ['box', 'add', file, '--name', name, '--provider', provider, '--checksum', sha256, '--checksum-type', 'sha256'];
      await run([...args, '--force'], call, { onMessage });
    },
    removeBox: async ({ name, provider }, call) => void (await run(['box', 'remove', name, '--provider', provider, '--force'], call)),
    validate: async (call) => void (await run(['validate'], call)),
    state: async (machine, call) => {
      const told = (await run(['status', machine], call, { machine })).find((one) => one.kind === 'state' && one.machine === machine);
      return told?.kind === 'state' ? told.state : 'unknown';
    },
    up: (machine, hypervisor, onMessage, call) => run(['up', machine, '--provider', hypervisor], call, { machine, onMessage }),
    winrmConfig: async (machine, call) => winrmPlaceOf(machine, await run(['winrm-config', machine], call, { machine })),
    ports: async (machine, call) => {
      const told = valuesOf(await run(['port', machine], call, { machine }), 'forwarded_port');
      return new Map(told.map(([guest, host]) => [Number(guest), Number(host)]));
    },
    saveSnapshot: async (machine, name, call) => void (await run(['snapshot', 'save', machine, name, '--force'], call, { machine })),
    restoreSnapshot: (machine, name, call) => run(['snapshot', 'restore', machine, name, '--no-provision'], call, { machine }),
    snapshots: async (machine, call) => snapshotsOf(machine, await run(['snapshot', 'list', machine], call, { machine })),
    destroy: async (machine, call) =>
      void (await run(['destroy', machine, '--force'], call, { machine, lockWaitMs: DESTROY_LOCK_WAIT_MS })),
  };
}

/** Makes something that does it the first time only. */
function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

const valuesOf = (messages: readonly VagrantMessage[], type: string): readonly (readonly string[])[] =>
  messages.flatMap((message) => (message.kind === 'data' && message.type === type ? [message.values] : []));

/** Vagrant tells of each box in three lines, name first. */
function boxesOf(messages: readonly VagrantMessage[]): readonly InstalledBox[] {
  const found: { name: string; provider: string; version: string }[] = [];
  for (const message of messages) {
    if (message.kind !== 'data') continue;
    const [value = ''] = message.values;
    const last = found.at(-1);
    if (message.type === 'box-name') found.push({ name: value, provider: '', version: '' });
    else if (message.type === 'box-provider' && last) last.provider = value;
    else if (message.type === 'box-version' && last) last.version = value;
  }
  return found;
}

/** Takes the answer from the lines for people, which Vagrant prints as well: in them, a backslash of a password is one. */
export function winrmPlaceOf(machine: string, messages: readonly VagrantMessage[]): WinrmPlace {
  const found = new Map<string, string>();
  for (const message of messages) {
    if (message.kind !== 'text') continue;
    //   HostName 127.0.0.1
    const [, key, value] = /^ {2}([A-Za-z]+) (.*)$/.exec(message.text) ?? [];
    if (key !== undefined && value !== undefined && !found.has(key)) found.set(key, value);
  }
  const take = (key: string): string => {
    const value = found.get(key);
    if (value === undefined || value === '') throw LabError.of('vagrant.no-address', { machine, problem: `it has no ${key}` });
    return value;
  };
  const port = Number(take('Port'));
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw LabError.of('vagrant.no-address', { machine, problem: `${take('Port')} is no port` });
  const host = take('HostName');
  // 127.0.0.1, fe80::1, win10.local
  if (!/^[A-Za-z0-9.:%_-]+$/.test(host)) throw LabError.of('vagrant.no-address', { machine, problem: `${host} is no host` });
  return { host, port, user: take('User'), password: take('Password') };
}

/** Names and the help text that stands where there are none look the same, but for the line before them. */
function snapshotsOf(machine: string, messages: readonly VagrantMessage[]): readonly string[] {
  const own = messages.filter((message) => message.kind === 'ui' && message.machine === machine);
  if (own.some((message) => message.kind === 'ui' && message.level === 'output' && /No snapshots have been taken/.test(message.text)))
    return [];
  return own.flatMap((message) => (message.kind === 'ui' && message.level === 'detail' ? [message.text] : []));
}
