import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import type { Call } from '../../core/call.ts';
import type { Sha256 } from '../../core/ids.ts';
import { CopierBroken, CopierLost, CopierRefusal } from './copy-process.ts';
import type { CopierPool, CopierQuestion } from './copier-pool.ts';
import type { EncodedPart, PartCheck } from './local-parts.ts';
import { ReceiverUnfit, Refused, type StreamReceiver } from './receiver.ts';

const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => text as Sha256);
const size = z.int().min(0);
const facts = z.object({ sizeBytes: size, sha256 });
// Of what did not arrive as promised there may be no digest at all.
const finished = z.object({
  sizeBytes: size,
  sha256: z
    .string()
    .regex(/^(?:[0-9a-f]{64})?$/)
    .transform((text) => text as Sha256),
});
const digests = z.array(z.union([z.string().length(64), z.null()])).max(100_000);
const looked = z.object({ there: z.boolean(), parts: digests });
const maybeFile = z.discriminatedUnion('exists', [z.object({ exists: z.literal(false) }), facts.extend({ exists: z.literal(true) })]);
const tree = z.object({ files: size, sizeBytes: size, treeSha256: sha256 });
const maybeTree = z.discriminatedUnion('exists', [z.object({ exists: z.literal(false) }), tree.extend({ exists: z.literal(true) })]);
const packed = tree.extend({ archiveBytes: size, archiveSha256: sha256 });
const range = z.object({ encoding: z.enum(['identity', 'gzip']), sizeBytes: size, sha256 });
const anything = z.unknown();

/** Connections a guest fetches over at a time. Over one the file arrives from its beginning to its end, and its digest with it. */
const FETCH_STREAMS = 1;

const unzip = promisify(gunzip);

/** A receiver in a process of its own that speaks in messages: the guest tool's `copy`, or the script for PowerShell. */
export function framedReceiver(name: 'agent' | 'powershell', copiers: CopierPool): StreamReceiver {
  const ask = async <T>(
    question: CopierQuestion,
    format: z.ZodType<T>,
    call: Call,
  ): Promise<{ readonly ok: T; readonly payload: Buffer }> => {
    try {
      const { ok, payload } = await copiers.ask(question, call);
      const read = format.safeParse(ok);
      if (!read.success) throw new ReceiverUnfit(`its answer to ${question.op} makes no sense`);
      return { ok: read.data, payload };
    } catch (error) {
      throw explained(error);
    }
  };
  return {
    name,
    // .NET Framework has no CRC.
    partCheck: name === 'agent' ? 'crc32' : 'sha256',
    begin: (call) => copiers.begin(call),
    look: async (file, partBytes, call) => (await ask({ op: 'look', head: { ...file, partBytes } }, looked, call)).ok,
    probe: async (url, timeoutMs, call) => (await ask({ op: 'probe', head: { url, timeoutMs }, width: 2 }, anything, call)).payload,
    fetch: async (file, url, ranges, call) => {
      await ask({ op: 'fetch', head: { ...file, url, ranges, streams: FETCH_STREAMS }, width: 2 }, anything, call);
    },
    finish: async (file, call) => (await ask({ op: 'finish', head: { ...file }, width: 2 }, finished, call)).ok,
    discard: async (file, call) => {
      await copiers.askAll({ op: 'discard', head: { ...file } }, call).catch((error: unknown) => {
        throw explained(error);
      });
    },
    digest: async (path, call) => {
      const { ok } = await ask({ op: 'digest', head: { path }, width: 2 }, maybeFile, call);
      return ok.exists ? ok : undefined;
    },
    remove: async (path, call) => void (await ask({ op: 'remove', head: { path } }, anything, call)),
    treeDigest: async (path, call) => {
      const { ok } = await ask({ op: 'tree-digest', head: { path }, width: 2 }, maybeTree, call);
      return ok.exists ? ok : undefined;
    },
    placeTree: async (archive, to, treeSha256, call) =>
      (await ask({ op: 'place-tree', head: { archive, to, treeSha256 }, width: 2 }, tree, call)).ok,
    packTree: async (path, archive, call) => {
      const { archiveBytes, archiveSha256, ...rest } = (await ask({ op: 'pack-tree', head: { path, archive }, width: 2 }, packed, call)).ok;
      return { ...rest, archive: { sizeBytes: archiveBytes, sha256: archiveSha256 } };
    },
    small: async (file, { bytes, ...about }, call) =>
      (await ask({ op: 'small', head: { ...file, ...partHead(about) }, payload: bytes }, finished.extend({ there: z.boolean() }), call)).ok,
    part: async (file, offset, { bytes, ...about }, width, call) => {
      await ask({ op: 'part', head: { ...file, offset, ...partHead(about) }, payload: bytes, width }, anything, call);
    },
    read: async (path, offset, length, width, call) => {
      const { ok, payload } = await ask({ op: 'read', head: { path, offset, length, pack: true }, width }, range, call);
      const bytes = ok.encoding === 'gzip' ? await unpacked(payload, length) : payload;
      if (bytes.length === ok.sizeBytes && createHash('sha256').update(bytes).digest('hex') === ok.sha256) return bytes;
      throw new ReceiverUnfit('a range came out changed');
    },
    partsOf: async (path, sizeBytes, partBytes, call) =>
      (await ask({ op: 'parts', head: { path, sizeBytes, partBytes } }, z.object({ parts: digests }), call)).ok.parts,
  };
}

const partHead = ({ encoding, sizeBytes, check }: Pick<EncodedPart, 'encoding' | 'sizeBytes' | 'check'>) => ({
  encoding,
  partSizeBytes: sizeBytes,
  ...checkHead(check),
});

function checkHead(check: PartCheck): Readonly<Record<string, unknown>> {
  switch (check.kind) {
    case 'crc32':
      return { partCrc32: check.crc32 };
    case 'sha256':
      return { partSha256: check.sha256 };
  }
}

async function unpacked(payload: Buffer, mostBytes: number): Promise<Buffer> {
  try {
    return await unzip(payload, { maxOutputLength: mostBytes });
  } catch (error) {
    throw new ReceiverUnfit(`a range cannot be unpacked: ${String(error)}`);
  }
}

/** What a copier's failure means for the copy. */
function explained(error: unknown): unknown {
  if (error instanceof CopierRefusal)
    return error.code === 'damaged' || error.code === 'unreachable'
      ? new ReceiverUnfit(error.message)
      : new Refused(error.code, error.message);
  if (error instanceof CopierBroken || error instanceof CopierLost) return new ReceiverUnfit(error.message);
  return error;
}
