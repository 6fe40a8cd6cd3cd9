import type { Call } from '../../core/call.ts';
import { LabError, toErrorData } from '../../core/error.ts';
import type { GuestFiles } from '../../core/check.ts';
import type { TestService } from '../../core/stand-in.ts';
import type { GuestDescription, Toolkit } from '../../core/toolkit.ts';
import type { GuestLease } from '../../core/guest.ts';
import { type RemotePath, isRemotePath, joinRemote, remotePath } from '../../core/ids.ts';
import type { Connection } from '../../core/transport.ts';
import { callWithin } from '../../engine/deadline.ts';
import { examineBox } from './examine-box.ts';
import { readGuestFiles } from './read-guest-files.ts';
import { startService } from './start-stand-in.ts';
import type { VerifyParts } from './verify-parts.ts';

/** Folder of the lab's own in a guest. */
const LAB_FOLDER = remotePath('C:\\AniVaultLab');

/** How often a delivery that broke on the wire is tried: copying is safe to repeat, a file that arrived is skipped. */
const DELIVERY_ATTEMPTS = 2;

/** Most files a bundle may have once unpacked. */
const MOST_BUNDLE_FILES = 100_000;

/**
 * One guest while it is being verified: knows whether it is still as it came, and brings it to the state the next check starts from. A guest that
 * failed on the wire is not reused: the next check gets it rewound.
 */
export class GuestSession implements AsyncDisposable {
  readonly lease: GuestLease;
  readonly archive: RemotePath;
  readonly installDirectory: RemotePath;
  readonly #parts: VerifyParts;
  #open: { readonly connection: Connection; readonly toolkit: Toolkit } | undefined;
  #condition: 'pristine' | 'used' | 'broken' = 'pristine';
  #scratches = 0;
  #examined = false;
  #unfit: unknown;

  constructor(lease: GuestLease, parts: VerifyParts) {
    this.lease = lease;
    if (lease.pristine === false) this.#condition = 'used';
    this.#parts = parts;
    this.archive = joinRemote(LAB_FOLDER, parts.bundle.archive.fileName);
    this.installDirectory = remotePath(`C:\\${parts.bundle.manifest.product.name}`);
  }

  /** A folder that no check has had. */
  nextScratch(): RemotePath {
    this.#scratches += 1;
    return joinRemote(LAB_FOLDER, `scratch-${this.#scratches}`);
  }

  /** Says that the guest cannot be trusted any more. The next `ready` rewinds it. */
  spoil(): void {
    this.#condition = 'broken';
  }

  /**
   * Brings the guest to where a check starts from and gives what asks it. The bundle's zip is in it then. Marks the guest used.
   * `onGuest` is given the end of the guest that will be asked: after a rewind it is another guest, with an end of its own.
   */
  async ready(startsFrom: 'pristine' | 'installed', onGuest: (lost: Promise<string>) => void, call: Call): Promise<Toolkit> {
    // Another one of its kind would be no better.
    if (this.#unfit !== undefined) throw this.#unfit;
    if (this.#condition === 'broken' || (startsFrom === 'pristine' && this.#condition === 'used')) await this.#rewind(call);
    onGuest(this.lease.lost);
    await this.#examine(call);
    const toolkit = await this.#deliver(call);
    this.#condition = 'used';
    if (startsFrom === 'installed') await this.#install(toolkit, call);
    return toolkit;
  }

  /** Copies a folder out of the guest and reads it. */
  async readFiles(folder: RemotePath, call: Call): Promise<GuestFiles> {
    return await readGuestFiles((await this.#connect(call)).connection, folder, call);
  }

  /**
   * A Node in the guest that is the lab's. A guest with the lab's agent has one; any other gets one beside the lab's own files, where no program finds it
   * that is not told.
   */
  get node(): ((call: Call) => Promise<RemotePath>) | undefined {
    const { toolkit } = this.lease.endpoint;
    const { testService } = this.#parts;
    switch (toolkit.kind) {
      case 'agent': {
        // X:\node.exe X:\toolkit.cjs
        const [node = ''] = toolkit.launcher.split(' ', 1);
        return isRemotePath(node) ? async () => node : undefined;
      }
      case 'powershell':
        return (
          testService &&
          (async (call) => {
            const node = joinRemote(LAB_FOLDER, 'node.exe');
            await (await this.#connect(call)).connection.put(await testService.node(call), node, call);
            return node;
          })
        );
    }
  }

  /** The stand-in for what the program talks to, as it can be started in this guest. */
  get testService(): TestService | undefined {
    const { testService: program, clock } = this.#parts;
    const { node } = this;
    if (program === undefined || node === undefined) return undefined;
    const { spec } = this.lease;
    return {
      name: program.name,
      start: async (call) => {
        const { connection } = await this.#connect(call);
        return await startService(program, { spec, connection, node: await node(call), folder: LAB_FOLDER, clock }, call);
      },
    };
  }

  /** Connects and asks the guest what it is. */
  async describe(call: Call): Promise<GuestDescription> {
    return await (await this.#connect(call)).toolkit.describe(call);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.connection[Symbol.asyncDispose]();
  }

  async #connect(call: Call): Promise<{ readonly connection: Connection; readonly toolkit: Toolkit }> {
    if (this.#open === undefined) {
      const connection = await this.#parts.transport.connect(this.lease.endpoint, call);
      this.#open = { connection, toolkit: this.#parts.toolkitFor(this.lease.endpoint.toolkit, connection) };
    }
    return this.#open;
  }

  async #rewind(call: Call): Promise<void> {
    const { clock, emit, timeouts } = this.#parts;
    const startedMs = clock.monotonicMs();
    using timed = callWithin(
      (this.lease.spec.acquireSeconds ?? timeouts.acquireSeconds) * 1000,
      `rewinding ${this.lease.spec.name}`,
      clock,
      call,
    );
    await this[Symbol.asyncDispose]().catch(() => {});
    await this.lease.rewind(timed);
    this.#condition = 'pristine';
    this.#examined = false;
    emit({ type: 'guest-rewound', guest: this.lease.spec.name, durationMs: clock.monotonicMs() - startedMs });
  }

  /** Asks the guest what it is, once for each time that it is pristine: a rewind takes repairs back. */
  async #examine(call: Call): Promise<void> {
    if (this.#examined) return;
    const { toolkit } = await this.#connect(call);
    const { clock, emit, plan } = this.#parts;
    try {
      await examineBox(this.lease, toolkit, { clock, emit, policy: plan.policy }, call);
      this.#examined = true;
    } catch (error) {
      if (error instanceof LabError && error.code === 'run.box-unfit') this.#unfit = error;
      throw error;
    }
  }

  /** Copies the bundle in, unless this very bundle is there already. */
  async #deliver(call: Call): Promise<Toolkit> {
    const { clock, emit, timeouts, bundle } = this.#parts;
    using timed = callWithin(timeouts.copySeconds * 1000, `copying the bundle to ${this.lease.spec.name}`, clock, call);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { connection, toolkit } = await this.#connect(timed);
        const startedMs = clock.monotonicMs();
        const receipt = await connection.put(bundle.archive.path, this.archive, timed);
        if (receipt.sha256 !== bundle.archive.sha256) {
          throw LabError.of('run.no-bundle', { reason: `what arrived in ${this.lease.spec.name} has the digest ${receipt.sha256}` });
        }
        if (receipt.way !== 'already-there') {
          const { sizeBytes, sha256, way } = receipt;
          emit({ type: 'bundle-copied', guest: this.lease.spec.name, sizeBytes, sha256, way, durationMs: clock.monotonicMs() - startedMs });
        }
        return toolkit;
      } catch (error) {
        const retry = attempt < DELIVERY_ATTEMPTS && error instanceof LabError && error.kind === 'transport' && !timed.signal.aborted;
        if (!retry) throw error;
        emit({ type: 'retried', what: `copy the bundle to ${this.lease.spec.name}`, attempt, error: toErrorData(error) });
        await this[Symbol.asyncDispose]().catch(() => {});
      }
    }
  }

  /** Makes the install directory hold exactly the bundle's files: looks first, and unpacks only what is not right already. */
  async #install(toolkit: Toolkit, call: Call): Promise<void> {
    const { manifest } = this.#parts.bundle;
    const isInstalled = async (): Promise<boolean> => {
      const { entries, complete } = await toolkit.listTree(this.installDirectory, { hash: true, maxEntries: MOST_BUNDLE_FILES }, call);
      const there = new Map(
        entries.filter((entry) => entry.kind === 'file').map((entry) => [entry.path.replaceAll('\\', '/'), entry.sha256]),
      );
      return complete && manifest.files.every((file) => there.get(file.path) === file.sha256);
    };
    if (await isInstalled()) return;
    await toolkit.remove(this.installDirectory, call);
    await toolkit.unpack(this.archive, this.installDirectory, call);
    if (!(await isInstalled()))
      throw LabError.of('run.no-bundle', { reason: `unpacked in ${this.lease.spec.name} it is not what the manifest says` });
  }
}
