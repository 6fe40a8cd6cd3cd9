import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Test } from 'tap';
import { z } from 'zod';
import { parseConfig } from '../config/load-config.ts';
import type { Release } from '../core/bundle.ts';
import type { AnyCheck, Check } from '../core/check.ts';
import type { LabConfig } from '../core/config.ts';
import type { LabEvent } from '../core/event.ts';
import type { GuestLease, GuestSpec, Isolation, Provider } from '../core/guest.ts';
import { type GuestName, type LocalPath, checkId, runId } from '../core/ids.ts';
import { makePlan } from '../core/make-plan.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Reporter } from '../core/reporter.ts';
import { Masker } from '../core/secret.ts';
import type { GuestDescription, Toolkit, TreeListing } from '../core/toolkit.ts';
import { runLab } from '../flow.ts';
import type { FlowParts } from '../flow-parts.ts';
import { systemClock } from '../host/clock.ts';
import { createAppendFile, writeFileAtomic } from '../host/files.ts';
import { sha256Of } from '../host/hash.ts';
import type { FinishedFolder } from '../steps/report/finish-run.ts';
import { openCall } from './calls.ts';
import { emulatedBox } from './fixtures/box-answers.ts';
import { type FakeTransport, fakeTransport } from './fakes/fake-transport.ts';
import { scratchFolder } from './scratch-folder.ts';

/** What happened to the guests, in order: `acquire win10`, `rewind win10`, `release win10`. */
export type GuestLog = string[];

/** A check whose probe is a function of the test's. It passes unless the probe says otherwise. */
export function testCheck(
  id: string,
  probe: (
    guest: Parameters<Check<unknown>['probe']>[0],
    call: Parameters<Check<unknown>['probe']>[2],
  ) => Promise<unknown> = async () => ({}),
  more: Partial<Omit<Check<unknown>, 'probe'>> = {},
): AnyCheck {
  return {
    id: checkId(id),
    title: id,
    question: `${id}?`,
    startsFrom: 'installed',
    lane: 'guest',
    needsIsolation: false,
    facts: z.looseObject({}),
    appliesTo: () => undefined,
    probe: (guest, _evidence, call) => probe(guest, call),
    judge: (): Outcome => ({ kind: 'passed' }),
    highlights: () => [],
    ...more,
  };
}

/** A run of the flow on fakes: guests in memory that only take files, a release that is a file, and a real folder. A connection that is left open throws. */
export interface FlowRig {
  readonly folder: LocalPath;
  readonly log: GuestLog;
  readonly events: () => readonly LabEvent[];
  /** Ends a guest as if it had been killed. */
  readonly kill: (guest: string) => void;
  readonly stop: AbortController;
  readonly run: (parts?: Partial<FlowParts>) => Promise<FinishedFolder>;
}

export async function flowRig(
  t: Test,
  checks: readonly AnyCheck[],
  change: (config: LabConfig) => LabConfig = (config) => config,
  isolation: Isolation = 'namespaces',
): Promise<FlowRig> {
  const folder = (await mkdtemp(path.join(tmpdir(), 'lab-flow-'))) as LocalPath;
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const config = change(parseConfig(CONFIG, 'test.json'));
  const plan = makePlan(config, checks, [], {});
  const log: GuestLog = [];
  const seen: LabEvent[] = [];
  const listener: Reporter = { name: 'listener', on: (line) => seen.push(line.event) };
  const killers = new Map<string, (reason: string) => void>();
  const transport = fakeTransport();
  const archive = path.join(await scratchFolder(t), 'product.zip') as LocalPath;
  await writeFile(archive, ARCHIVE);
  const stop = new AbortController();
  const parts: FlowParts = {
    clock: systemClock,
    masker: new Masker(),
    host: { os: 'test', kernel: 'test', architecture: 'x64', logicalProcessors: 2, memoryBytes: 1, node: 'v26' },
    hash: sha256Of,
    openJournalFile: createAppendFile,
    writeFile: writeFileAtomic,
    providerOf: () => provider,
    transport,
    toolkitFor: () => fakeToolkit,
    checks,
    alone: async () => ({ [Symbol.asyncDispose]: async () => {} }),
    reporters: [listener],
    prepareRelease: async (_folder, runStep) => {
      await runStep('build', async () => {});
      return {
        release: releaseOf(archive),
        scan: async () => {},
        testService: async () => undefined,
        [Symbol.asyncDispose]: async () => {},
      };
    },
    seal: async () => {},
    holdGuests: async (leases) => void log.push(`hold ${leases.map((lease) => lease.spec.name).join(' ')}`),
  };
  const provider: Provider = {
    name: 'wine',
    assurance: 'emulated',
    serial: [],
    doctor: async () => [],
    prepare: async () => {},
    clean: async () => [],
    acquire: async (spec) => {
      log.push(`acquire ${spec.name}`);
      return fakeLease(spec, isolation, transport, log, killers);
    },
  };
  return {
    folder,
    log,
    events: () => seen,
    kill: (guest) => killers.get(guest)?.('killed by the test'),
    stop,
    run: async (own = {}) => {
      const request = { runId: runId('20260102T030405Z-aaaaaa'), runFolder: folder, labVersion: '0.0.0', command: 'lab run', config, plan };
      const all = { ...parts, ...own, reporters: [listener, ...(own.reporters ?? [])] };
      const finished = await runLab(request, all, { ...openCall(), signal: stop.signal });
      if (transport.open() > 0) throw new Error(`the flow left ${transport.open()} connections open`);
      return finished;
    },
  };
}

function fakeLease(
  spec: GuestSpec,
  isolation: Isolation,
  transport: FakeTransport,
  log: GuestLog,
  killers: Map<string, (reason: string) => void>,
): GuestLease {
  // The flow copies files and asks the toolkit: no command is expected.
  let { guest, endpoint } = transport.addGuest({});
  let ended = Promise.withResolvers<string>();
  let released = false;
  killers.set(spec.name, (reason) => {
    guest.lose();
    ended.resolve(reason);
  });
  return {
    spec,
    assurance: 'emulated',
    isolation,
    platform: 'Fake 1.0',
    get endpoint() {
      return { ...endpoint, toolkit: { kind: 'agent', launcher: spec.name } as const };
    },
    get lost() {
      return ended.promise;
    },
    rewind: async () => {
      log.push(`rewind ${spec.name}`);
      guest.lose();
      ({ guest, endpoint } = transport.addGuest({}));
      ended = Promise.withResolvers<string>();
    },
    [Symbol.asyncDispose]: async () => {
      if (!released) log.push(`release ${spec.name}`);
      guest.lose();
      released = true;
    },
  };
}

const ARCHIVE = 'zip';
const files = [{ path: 'product.exe', sizeBytes: 3, sha256: sha256Of('exe'), role: 'executable' as const }];
const releaseOf = (archive: LocalPath): Release => ({
  archive: { path: archive, fileName: 'product.zip', sizeBytes: ARCHIVE.length, sha256: sha256Of(ARCHIVE) },
  manifest: {
    $schema: 'bundle-manifest.v1.json',
    product: { name: 'product', version: '1.0.0', executable: 'product.exe' },
    target: { os: 'windows', architecture: 'x64' },
    commit: 'unknown',
    packager: { name: 'test', runtime: 'test' },
    files,
    digest: sha256Of('digest'),
  },
});

const unexpected = (verb: string) => (): Promise<never> => Promise.reject(new Error(`the flow is not expected to call ${verb}`));
const listing: TreeListing = {
  complete: true,
  entries: files.map(({ path: name, sizeBytes, sha256 }) => ({ path: name, kind: 'file', sizeBytes, sha256 })),
};

/** A toolkit that knows just enough for the flow; anything else throws. */
export const fakeToolkit: Toolkit = {
  name: 'agent',
  describe: async (): Promise<GuestDescription> => ({ ...DESCRIPTION, osVersion: '10.0.19045' }),
  listTree: async () => listing,
  remove: async () => {},
  unpack: unexpected('unpack'),
  makeTree: unexpected('makeTree'),
  run: unexpected('run'),
  measure: unexpected('measure'),
  markDownloaded: unexpected('markDownloaded'),
  readDownloadMark: unexpected('readDownloadMark'),
  readSignature: unexpected('readSignature'),
  readBox: async () => emulatedBox(19045),
  repairBox: unexpected('repairBox'),
};

const DESCRIPTION = {
  productName: 'Windows 10 Pro',
  architecture: 'x64',
  locale: 'en-US',
  timeZone: 'UTC',
  logicalProcessors: 2,
  memoryBytes: 1,
  user: 'u',
  hostName: 'h',
  temporaryDirectory: 'C:\\Temp' as GuestDescription['temporaryDirectory'],
  userProfile: 'C:\\Users\\u' as GuestDescription['userProfile'],
  localAppData: 'C:\\Users\\u\\AppData\\Local' as GuestDescription['localAppData'],
  networkInterfaces: ['lo'],
};

const budget = { startUpMedianMs: 1, startUpPeakMemoryMiB: 1, scanPathsPerMinute: 1, scanPeakMemoryMiB: 1 };
const guestOf = (name: string): { name: GuestName; os: string; build: number; provider: string } => ({
  name: name as GuestName,
  os: 'windows-10',
  build: 19045,
  provider: 'wine',
});
const CONFIG = JSON.stringify({
  ...(JSON.parse(await readFile(new URL('../../lab.config.json', import.meta.url), 'utf8')) as object),
  guests: [guestOf('one'), guestOf('two')],
  policy: { signature: 'optional', maySkip: [], maxNoise: 1, allowedLeftovers: [], budgets: { windows: budget, emulated: budget } },
});
