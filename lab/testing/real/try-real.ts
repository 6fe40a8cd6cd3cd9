import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import { usualBox } from '../../core/box-policy.ts';
import { boxFactNames, boxFactText } from '../../core/box-truth.ts';
import type { Assurance } from '../../core/assurance.ts';
import type { Endpoint } from '../../core/guest.ts';
import { type LocalPath, type RemotePath, joinRemote, remotePath } from '../../core/ids.ts';
import { judgeBox } from '../../core/judge-box.ts';
import type { Masker } from '../../core/secret.ts';
import type { Toolkit } from '../../core/toolkit.ts';
import type { Connection } from '../../core/transport.ts';
import { systemClock } from '../../host/clock.ts';
import { toolkitFor } from '../../toolkit/index.ts';
import { transports } from '../../transports/index.ts';
import { zipOf } from '../contracts/hostile-zips.ts';
import { type GuestLinks, toolkitContract } from '../contracts/toolkit-contract.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { testCall, wineLinks } from '../wine-rig.ts';

/** A machine that is tried, and what of it is no secret but nobody else's business. */
export interface RealTarget {
  readonly endpoint: Endpoint;
  readonly assurance: Assurance;
  /** A Node for Windows on this machine: what the suite runs over there. */
  readonly node: LocalPath;
  readonly masker: Masker;
  readonly links: 'native' | 'wine';
}

/** One thing that was tried. */
interface Tried {
  readonly what: string;
  readonly ok: boolean;
  readonly durationMs: number;
  readonly answer?: unknown;
  readonly error?: string;
}

const FOLDER = remotePath('C:\\AniVaultLabReal');
const COPIED_BYTES = 5 << 20;

/**
 * Tries on a machine all that the lab asks of one, and leaves everything that was answered in one zip: `report.json` with each step, and the text of
 * each answer. Texts are masked. The machine is left without the suite's folder.
 */
export async function tryReal(t: Test, target: RealTarget, out: LocalPath): Promise<void> {
  const { endpoint, masker } = target;
  const tried: Tried[] = [];
  const step = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    const startedMs = performance.now();
    try {
      const answer = await work();
      tried.push({ what, ok: true, durationMs: performance.now() - startedMs, answer });
      t.pass(what);
      return answer;
    } catch (error) {
      tried.push({ what, ok: false, durationMs: performance.now() - startedMs, error: String((error as Error).stack ?? error) });
      t.fail(`${what}: ${String(error)}`);
      return undefined;
    }
  };
  let connection: Connection | undefined;
  try {
    connection = await step('connect', () => transports(systemClock).connect(endpoint, testCall(120_000)));
    tried.splice(0, 1, { ...(tried[0] as Tried), answer: endpoint.transport });
    if (connection !== undefined) await tryMachine(t, target, connection, step);
  } finally {
    await connection?.[Symbol.asyncDispose]();
    const report = {
      $schema: 'real-report.v1.json',
      at: systemClock.now(),
      assurance: target.assurance,
      transport: endpoint.transport,
      tried,
    };
    const text = (value: unknown): string => masker.mask(`${JSON.stringify(value, undefined, 2)}\n`);
    await writeFile(
      out,
      await zipOf([
        { path: 'report.json', content: text(report) },
        ...tried.map(({ what, ...rest }, index) => ({
          path: `answers/${String(index).padStart(2, '0')}-${what.replaceAll(/[^a-z0-9]+/gi, '-')}.json`,
          content: text(rest),
        })),
      ]),
    );
    t.comment(`everything that was answered is in ${out}`);
  }
}

async function tryMachine(
  t: Test,
  target: RealTarget,
  connection: Connection,
  step: <T>(what: string, work: () => Promise<T>) => Promise<T | undefined>,
): Promise<void> {
  const toolkit = toolkitFor(target.endpoint.toolkit, connection);
  const call = (): ReturnType<typeof testCall> => testCall(120_000);
  const local = await scratchFolder(t);
  await step('describe', () => toolkit.describe(call()));
  await step('box truth', async () => {
    const { clockUnixMs, ...rest } = await toolkit.readBox(call());
    const skew =
      clockUnixMs.state === 'known' ? ({ state: 'known', value: Math.round(clockUnixMs.value - Date.now()) } as const) : clockUnixMs;
    const truth = { ...rest, clockSkewMs: skew };
    const build = truth.osBuild.state === 'known' ? truth.osBuild.value : 0;
    return {
      facts: Object.fromEntries(boxFactNames.map((name) => [name, boxFactText(truth[name])])),
      verdicts: judgeBox(truth, { repair: false, expect: usualBox }, build, target.assurance),
    };
  });
  await step('remove what an earlier try left', () => toolkit.remove(FOLDER, call()));
  await step('make a folder', () => toolkit.makeTree(FOLDER, [{ path: "it's [a] $(b) `c` ü\\x.txt", text: 'x' }], call()));
  await step('copy there and back', async () => {
    const file = path.join(local, 'random.bin') as LocalPath;
    await writeFile(file, randomBytes(COPIED_BYTES));
    const there = await connection.put(file, joinRemote(FOLDER, 'random.bin'), call());
    const back = await connection.get(joinRemote(FOLDER, 'random.bin'), path.join(local, 'back.bin') as LocalPath, call());
    if (there.sha256 !== back.sha256) throw new Error('it came back changed');
    return {
      there: { way: there.way, durationMs: there.durationMs, notes: there.notes },
      back: { way: back.way, durationMs: back.durationMs },
    };
  });
  const node = joinRemote(FOLDER, 'node.exe');
  await step('copy a Node', async () => {
    const { way, durationMs, sizeBytes } = await connection.put(target.node, node, testCall(600_000));
    return { way, durationMs, sizeBytes };
  });
  await step('signature of a signed program', () => toolkit.readSignature(node, call()));
  await step('the contract of every toolkit', async () => {
    if (!(await contract(t, target, toolkit, connection, node, local))) throw new Error('see the test output');
  });
  // Wine's links cannot be removed from inside; such a guest goes away as a whole.
  if (target.links === 'native') await step('leave nothing', () => toolkit.remove(FOLDER, call()));
}

async function contract(
  t: Test,
  { links }: RealTarget,
  toolkit: Toolkit,
  connection: Connection,
  node: RemotePath,
  local: LocalPath,
): Promise<boolean> {
  const scratch = joinRemote(FOLDER, 'contract');
  await toolkit.makeTree(scratch, [{ path: 'made.txt', text: '' }], testCall(60_000));
  await toolkitContract(t, 'toolkit', {
    toolkit,
    node,
    scratch,
    place: async (to, content) => {
      const file = path.join(local, 'placed') as LocalPath;
      await writeFile(file, content);
      await connection.put(file, to, testCall(120_000));
    },
    wideExitCodes: true,
    links: links === 'native' ? nodeLinks(node) : wineLinks,
    peakMemory: true,
    startUpMs: 5000,
    call: () => testCall(120_000),
  });
  return t.passing();
}

/** What makes links on Windows itself. */
const nodeLinks = (node: RemotePath): GuestLinks => ({
  make: (to, at) => ({
    executable: node,
    args: ['-e', "require('fs').symlinkSync(process.argv[1], process.argv[2])", to.replaceAll('/', '\\'), at],
  }),
  native: true,
});
