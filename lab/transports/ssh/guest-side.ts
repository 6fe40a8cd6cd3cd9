import { z } from 'zod';
import type { Call } from '../../core/call.ts';
import type { RemotePath, Sha256 } from '../../core/ids.ts';
import type { CommandResult, RemoteCommand } from '../../core/transport.ts';

/** Runs a command in the guest. */
export type RunInGuest = (command: RemoteCommand, call: Call) => Promise<CommandResult>;

export interface FileFacts {
  readonly sizeBytes: number;
  readonly sha256: Sha256;
}

/** What is in a folder, in short. */
export interface TreeFacts {
  readonly files: number;
  readonly sizeBytes: number;
  readonly treeSha256: Sha256;
}

/** What the guest itself does when files are copied: everything that moving bytes is not. Throws {@link GuestRefused}. */
export interface GuestSide {
  /** `undefined` when there is no such file. */
  readonly digest: (path: RemotePath, call: Call) => Promise<FileFacts | undefined>;
  /** `undefined` when there is no such folder. */
  readonly treeDigest: (path: RemotePath, call: Call) => Promise<TreeFacts | undefined>;
  /** Unpacks an archive beside `to` and renames it when its tree is the promised one; the archive is removed in any case. */
  readonly placeTree: (archive: RemotePath, to: RemotePath, treeSha256: Sha256, call: Call) => Promise<TreeFacts>;
  /** Packs a folder into a new archive. */
  readonly packTree: (path: RemotePath, archive: RemotePath, call: Call) => Promise<TreeFacts & { readonly archive: FileFacts }>;
}

/** The guest could not do what was asked; the message says why, in the guest's words. */
export class GuestRefused extends Error {
  override readonly name = 'GuestRefused';
}

const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => text as Sha256);
const count = z.int().min(0);
const tree = z.object({ files: count, sizeBytes: count, treeSha256: sha256 });
const absent = z.object({ exists: z.literal(false) });
const present = z.object({ exists: z.literal(true) });
const digestAnswer = z.union([absent, present.extend({ sizeBytes: count, sha256 })]);
const treeAnswer = z.union([absent, present.extend(tree.shape)]);
const packAnswer = tree.extend({ archiveBytes: count, archiveSha256: sha256 });

/** The tool answers in one line. */
const MOST_ANSWER_BYTES = 64 << 10;
const MOST_REASON_CHARACTERS = 500;

/** The embedded guest's tool, asked by one process for each question. */
export function agentSide(launcher: string, run: RunInGuest): GuestSide {
  const ask = async <T>(verb: string, question: object, answer: z.ZodType<T>, call: Call): Promise<T> => {
    const line = `${launcher} ${verb} ${Buffer.from(JSON.stringify(question)).toString('base64url')}`;
    const result = await run({ line, shell: 'none', maxOutputBytes: MOST_ANSWER_BYTES }, call);
    const read = answer.safeParse(lastLine(result.stdout));
    if (result.exitCode !== 0 || !read.success) throw new GuestRefused(explain(result));
    return read.data;
  };
  return {
    digest: async (path, call) => {
      const found = await ask('digest', { path }, digestAnswer, call);
      return found.exists ? found : undefined;
    },
    treeDigest: async (path, call) => {
      const found = await ask('tree-digest', { path }, treeAnswer, call);
      return found.exists ? found : undefined;
    },
    placeTree: (archive, to, treeSha256, call) => ask('place-tree', { archive, to, treeSha256 }, tree, call),
    packTree: async (path, archive, call) => {
      const { archiveBytes, archiveSha256, ...facts } = await ask('pack-tree', { path, archive }, packAnswer, call);
      return { ...facts, archive: { sizeBytes: archiveBytes, sha256: archiveSha256 } };
    },
  };
}

/** The last line of output as JSON, `undefined` when it is none. */
function lastLine(output: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(output).toString('utf8').trim().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
}

function explain(result: CommandResult): string {
  const told = z.object({ error: z.string() }).safeParse(lastLine(result.stdout));
  return (
    plain(told.success ? told.data.error : '') ||
    plain(Buffer.from(result.stderr).toString('utf8')) ||
    plain(Buffer.from(result.stdout).toString('utf8')) ||
    `it ended with exit code ${result.exitCode} and said nothing`
  );
}

/** Text of the guest's on one line, without control characters. */
export const plain = (text: string): string =>
  text
    // oxlint-disable-next-line no-control-regex -- they are what is taken out
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, MOST_REASON_CHARACTERS);
