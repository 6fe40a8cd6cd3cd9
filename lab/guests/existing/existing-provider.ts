import type { Assurance } from '../../core/assurance.ts';
import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import { LabError } from '../../core/error.ts';
import type { Diagnosis, Endpoint, GuestLease, GuestSpec, LeaseOwner, Provider, ToolkitKind } from '../../core/guest.ts';
import type { Toolkit } from '../../core/toolkit.ts';
import type { Connection, Transport } from '../../core/transport.ts';
import type { Folders } from '../../host/folders.ts';
import { takeLock } from '../../host/lock.ts';
import { untilHostAnswers } from './await-host.ts';
import { type CredentialSources, describedHost, hostEndpoint } from './host-endpoint.ts';
import { resetHost } from './reset-host.ts';
import { forgetUse, noteUse, usedNote, wasUsed } from './used-note.ts';
import { type WatchPace, answers, watchHost } from './watch-host.ts';

export interface ExistingProviderOptions extends CredentialSources {
  readonly folders: Folders;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly toolkitFor: (kind: ToolkitKind, connection: Connection) => Toolkit;
  /** The hosts of the configuration, for the doctor. */
  readonly hosts?: readonly GuestSpec[];
  readonly watchPace?: WatchPace;
}

const usualPace: WatchPace = { everyMs: 5000, looks: 3 };

/**
 * Hosts that are there already, by their address. They are not made and not removed: a lease is the turn of one lab with one host, and its end leaves
 * the host as it is. Whether a host is Windows is asked of the host. One that nothing resets is pristine once, and this is remembered between runs.
 */
export function existingProvider(options: ExistingProviderOptions): Provider {
  return {
    name: 'existing',
    assurance: 'windows',
    serial: [],
    doctor: (call) => diagnose(options, call),
    prepare: async (specs) => {
      for (const spec of specs) await hostEndpoint(spec, options);
    },
    acquire: (spec, owner, call, onNotice) => openLease(options, spec, owner, call, onNotice),
    // Nothing of a host is this machine's to remove: the kernel gives a dead lab's turn back.
    clean: async () => [],
  };
}

async function diagnose(options: ExistingProviderOptions, call: Call): Promise<readonly Diagnosis[]> {
  const hosts = (options.hosts ?? []).filter((spec) => spec.provider === 'existing');
  if (hosts.length === 0) return [{ subject: 'existing hosts', state: 'ok', message: 'the configuration names none' }];
  return await Promise.all(
    hosts.map(async (spec): Promise<Diagnosis> => {
      call.signal.throwIfAborted();
      const subject = `host ${spec.name}`;
      try {
        const endpoint = await hostEndpoint(spec, options);
        const { address, reset } = describedHost(spec);
        if (!(await answers(endpoint)))
          return {
            subject,
            state: 'missing',
            message: `nothing answers at ${address}`,
            hint: 'Start the host, and let this machine through its firewall.',
          };
        if (reset !== undefined) return { subject, state: 'ok', message: `${address} answers and can be reset` };
        return {
          subject,
          state: 'warning',
          message: `${address} answers and nothing resets it: what starts from a pristine machine is answered once`,
          hint: 'Give it a `reset` in lab.config.json: a command, or an address that restores a snapshot.',
        };
      } catch (error) {
        if (!(error instanceof LabError)) throw error;
        return { subject, state: 'missing', message: error.message, hint: error.hint };
      }
    }),
  );
}

async function openLease(
  options: ExistingProviderOptions,
  spec: GuestSpec,
  owner: LeaseOwner,
  call: Call,
  onNotice: ((sentence: string) => void) | undefined,
): Promise<GuestLease> {
  call.signal.throwIfAborted();
  const host = describedHost(spec);
  const { folders, clock } = options;
  const endpoint = await hostEndpoint(spec, options);
  const turn = await takeLock(
    `existing-host ${host.address}`,
    `${owner.id} uses ${host.address}`,
    (holder) => onNotice?.(`${host.address} is in use: ${holder.purpose}, process ${holder.pid}`),
    call,
  );
  const released = new AbortController();
  let endWatch = new AbortController();
  try {
    let pristine = true;
    if (host.reset !== undefined) {
      await resetHost(spec.name, host.reset, options, call);
      await forgetUse(folders, host.address);
    } else {
      pristine = !(await wasUsed(folders, host.address));
      await noteUse(folders, host.address, owner.id, clock.now());
    }
    const { assurance, platform } = await untilHostAnswers(
      endpoint,
      (limited) => lookAt(endpoint, options, limited),
      host.reset?.limitSeconds ?? 0,
      call,
    );
    const lost = Promise.withResolvers<string>();
    const watch = (): void => {
      endWatch = new AbortController();
      const stop = AbortSignal.any([released.signal, endWatch.signal]);
      void watchHost(endpoint, options.watchPace ?? usualPace, stop).then(lost.resolve);
    };
    watch();
    let current = endpoint;
    return {
      spec,
      assurance,
      isolation: host.sharesThisMachine ? 'none' : 'virtual-machine',
      platform,
      pristine,
      get endpoint() {
        return current;
      },
      lost: lost.promise,
      rewind: async (rewindCall) => {
        if (released.signal.aborted) throw LabError.of('existing.released', { guest: spec.name });
        if (host.reset === undefined)
          throw LabError.of('existing.cannot-reset', { guest: spec.name, address: host.address, note: usedNote(folders, host.address) });
        // It does not answer while it is reset.
        endWatch.abort();
        try {
          await resetHost(spec.name, host.reset, options, rewindCall);
          await untilHostAnswers(endpoint, (limited) => lookAt(endpoint, options, limited), host.reset.limitSeconds, rewindCall);
        } finally {
          watch();
        }
        current = { ...endpoint };
      },
      [Symbol.asyncDispose]: async () => {
        if (released.signal.aborted) return;
        released.abort();
        await turn[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    released.abort();
    await turn[Symbol.asyncDispose]();
    throw error;
  }
}

/** Asks a host what it is: an address says nothing about what stands behind it. */
async function lookAt(
  endpoint: Endpoint,
  { transport, toolkitFor }: ExistingProviderOptions,
  call: Call,
): Promise<{ readonly assurance: Assurance; readonly platform: string }> {
  await using connection = await transport.connect(endpoint, call);
  const { system } = await toolkitFor(endpoint.toolkit, connection).readBox(call);
  if (system.state === 'known' && system.value === 'windows') return { assurance: 'windows', platform: 'existing host' };
  return { assurance: 'emulated', platform: `existing host, ${system.state === 'known' ? system.value : 'which does not say what it is'}` };
}
