import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Test } from 'tap';
import type { Call } from '../core/call.ts';
import type { GuestSpec, PullRoute } from '../core/guest.ts';
import { type LocalPath, guestName, remotePath } from '../core/ids.ts';
import { AgentLink } from '../guests/wine/agent-link.ts';
import { removeLeftovers } from '../guests/wine/leftovers.ts';
import { writeOwnerNote } from '../guests/wine/owner-note.ts';
import { type Prepared, type PreparationOptions, prepare } from '../guests/wine/preparation.ts';
import { guestsFolder } from '../guests/wine/wine-lease.ts';
import { foldersIn } from '../host/folders.ts';
import type { GuestLinks } from './contracts/toolkit-contract.ts';

/** Where this project lies. */
export const projectRoot = path.resolve(import.meta.dirname, '../..') as LocalPath;

/** The cache that runs use: tests fetch into it on first use. */
export const realFolders = foldersIn(process.env);

export const wineSpecs: { readonly win10: GuestSpec; readonly win11: GuestSpec } = {
  win10: { name: guestName('win10'), os: 'windows-10', build: 19045, provider: 'wine' },
  win11: { name: guestName('win11'), os: 'windows-11', build: 26100, provider: 'wine' },
};

/** Why embedded guests cannot be on this machine; `false` when they can. For `skip`. */
export const noWine: string | false =
  process.platform === 'linux' && process.arch === 'x64'
    ? false
    : `embedded guests need Linux on x64, this is ${process.platform} on ${process.arch}`;

/** A call for tests; its end is far enough for a first run that has to fetch. */
export const testCall = (limitMs = 280_000): Call => {
  const endsAtMs = performance.now() + limitMs;
  return { signal: AbortSignal.timeout(limitMs), deadline: { remainingMs: () => Math.max(0, endsAtMs - performance.now()) } };
};

/** Everything guests are made of, fetched and made when it is not there. */
export const prepareWine = (isolation: PreparationOptions['isolation'], call: Call): Promise<Prepared> =>
  prepare({ folders: realFolders, projectRoot, isolation }, () => {}, call);

/** A guest with nothing in front of its agent. */
export interface BareGuest {
  readonly link: AgentLink;
  readonly sandbox: ChildProcessByStdio<Writable, Readable, null>;
  readonly folder: LocalPath;
  /** How it fetches files from this host. */
  readonly pull?: PullRoute;
}

/** Starts a guest without an endpoint, for the length of the test. */
export async function startBareGuest(t: Pick<Test, 'teardown'>, prepared: Prepared, spec: GuestSpec, call: Call): Promise<BareGuest> {
  const { layers } = await prepared.template(spec.build, call);
  const folder = (await mkdtemp(path.join(guestsFolder(realFolders), 'test-bare-'))) as LocalPath;
  const drive = { 'node.exe': prepared.node, 'agent.cjs': prepared.tools.agent, 'toolkit.cjs': prepared.tools.toolkit };
  const prefix = await prepared.wall.prepare({
    folder,
    from: layers,
    hostName: 'BARE',
    drive,
    env: { WINEDLLOVERRIDES: 'mshtml,winedbg.exe=' },
    ...(prepared.gateway ? { gateway: prepared.gateway } : {}),
  });
  // A test that is killed leaves something that `clean` knows.
  await writeOwnerNote(folder, 'test-bare', spec.name, prefix.leftovers);
  const { program, args, env, cwd } = prefix.program({ kind: 'windows', args: ['X:\\node.exe', 'X:\\agent.cjs'] });
  const sandbox = spawn(program, args, { env, cwd, stdio: ['pipe', 'pipe', 'ignore'] });
  const gone = new Promise<void>((resolve) => sandbox.once('close', () => resolve()));
  const link = new AgentLink(sandbox.stdin, sandbox.stdout);
  t.teardown(async () => {
    sandbox.kill('SIGKILL');
    sandbox.stdout.resume();
    if (prefix.leftovers.looseIn === undefined) await gone;
    await removeLeftovers(prefix.leftovers);
  });
  await link.ready;
  return { link, sandbox, folder, ...(prefix.pull ? { pull: prefix.pull } : {}) };
}

/** A guest kept by a process of its own, to be killed. */
export interface KeptGuest {
  readonly pid: number;
  readonly url: string;
  readonly gone: Promise<void>;
}

/** Starts a process that acquires a guest and keeps it; resolves when the guest is up. */
export async function keepGuest(options: { readonly owner: string; readonly isolation?: 'auto' | 'none' }): Promise<KeptGuest> {
  const script = path.join(import.meta.dirname, 'guest-keeper.ts');
  const args = ['--no-warnings', script, `--owner=${options.owner}`, `--isolation=${options.isolation ?? 'auto'}`];
  const keeper = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise<void>((resolve) => keeper.once('exit', () => resolve()));
  const first = await Promise.race([new Promise<Buffer>((resolve) => keeper.stdout.once('data', resolve)), gone]);
  if (!first || keeper.pid === undefined) throw new Error('the keeper ended before its guest was up');
  return { pid: keeper.pid, url: (JSON.parse(first.toString()) as { url: string }).url, gone };
}

/** Wine 10 has no links of its own: what makes one says yes and makes nothing. Its Unix side has them. */
export const wineLinks: GuestLinks = {
  make: (to, at) => ({
    executable: remotePath('C:\\windows\\system32\\start.exe'),
    args: ['/unix', '/bin/ln', '-s', to, `/guest/prefix/drive_c/${at.slice(3).replaceAll('\\', '/')}`],
  }),
  native: false,
};
