import { createHash } from 'node:crypto';
import { fetchUrl, probeUrl } from './fetch-url.ts';
import { discard, finish, look, partsOf, placeSmall, readRange, removeFile, takePart } from './incoming-file.ts';
import { Refusal, errnoOf, toRefusal } from './refusal.ts';
import { readInput, writeOutput } from './standard-streams.ts';
import { packTree, placeTree, treeDigest } from './transfer-tree.ts';
import { digestOf } from './transfer.ts';

/** Largest head and largest payload of a message. */
const MOST_HEAD_BYTES = 1 << 20;
const MOST_PAYLOAD_BYTES = 64 << 20;
const MOST_SPARE_BYTES = 4 << 20;
const LEAST_SPARE_BYTES = 64 << 10;

export type Given = Readonly<Record<string, unknown>>;

/** What an operation answers: the answer's head, and bytes after it. */
type Answer = Readonly<Record<string, unknown>> & { readonly payload?: Uint8Array };

/** The payload's room is used for that of the next message. */
type Operation = (given: Given, payload: Buffer) => Answer | Promise<Answer>;

const operations: Readonly<Record<string, Operation>> = {
  // The host learns by it whether every byte passes both ways as it is.
  hello: (_given, payload) => ({ version: 1, sha256: createHash('sha256').update(payload).digest('hex'), payload }),
  look,
  part: takePart,
  small: placeSmall,
  finish,
  discard,
  digest: (given) => digestOf(given),
  parts: partsOf,
  read: readRange,
  probe: probeUrl,
  fetch: fetchUrl,
  remove: (given) => removeFile(given),
  'tree-digest': async (given) => ({ ...treeDigest(given) }),
  'place-tree': async (given) => ({ ...(await placeTree(given)) }),
  'pack-tree': async (given) => ({ ...(await packTree(given)) }),
};

/**
 * `copy`: answers one message after the other until standard input ends. A message is the length of its head (four bytes, least significant first),
 * the head (JSON, UTF-8), and as many bytes of payload as the head's `payloadBytes` says; answers look the same and have either `ok` or `error`.
 */
export async function serveCopies(): Promise<void> {
  for (let head = readHead(); head !== undefined; head = readHead()) {
    const payload = readExactly(payloadBytesOf(head), payloadRoom);
    if (payload === undefined) return;
    try {
      const { payload: bytes, ...ok } = await operation(head)(head, payload);
      write({ ok }, bytes);
    } catch (error) {
      const { code, message } = toRefusal(error);
      write({ error: { code, message: message.slice(0, 2000), errno: errnoOf(error) ?? '' } });
    }
  }
}

function operation({ op }: Given): Operation {
  const found = typeof op === 'string' && Object.hasOwn(operations, op) ? operations[op] : undefined;
  if (found === undefined) throw new Refusal('bad-request', `unknown operation ${JSON.stringify(op)}`);
  return found;
}

/** A head that makes no sense ends the copier: what follows it cannot be told apart. */
function readHead(): Given | undefined {
  const length = readExactly(4)?.readUInt32LE();
  if (length === undefined) return undefined;
  if (length > MOST_HEAD_BYTES) throw new Refusal('bad-request', `a head of ${length} bytes`);
  const text = readExactly(length)?.toString('utf8');
  if (text === undefined) return undefined;
  const head: unknown = JSON.parse(text);
  if (typeof head !== 'object' || head === null) throw new Refusal('bad-request', 'a head that is no object');
  return head as Given;
}

function payloadBytesOf({ payloadBytes = 0 }: Given): number {
  if (!Number.isSafeInteger(payloadBytes) || Number(payloadBytes) < 0 || Number(payloadBytes) > MOST_PAYLOAD_BYTES)
    throw new Refusal('bad-request', `a payload of ${String(payloadBytes)} bytes`);
  return Number(payloadBytes);
}

/** Room for a part, which most payloads are; fresh room for each would cost about as much as reading it. */
let spare: Buffer | undefined;

function payloadRoom(sizeBytes: number): Buffer {
  if (sizeBytes > MOST_SPARE_BYTES || sizeBytes < LEAST_SPARE_BYTES) return Buffer.allocUnsafe(sizeBytes);
  spare ??= Buffer.allocUnsafeSlow(MOST_SPARE_BYTES);
  return spare.subarray(0, sizeBytes);
}

/** So many bytes of standard input; `undefined` when it ends before. */
function readExactly(
  count: number,
  room: (sizeBytes: number) => Buffer = (sizeBytes) => Buffer.allocUnsafe(sizeBytes),
): Buffer | undefined {
  const bytes = room(count);
  for (let filled = 0; filled < count;) {
    const more = readInput(bytes.subarray(filled));
    if (more === 0) return undefined;
    filled += more;
  }
  return bytes;
}

function write(head: object, payload: Uint8Array = new Uint8Array(0)): void {
  const text = Buffer.from(JSON.stringify({ ...head, payloadBytes: payload.length }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  writeOutput(Buffer.concat([length, text]));
  if (payload.length > 0) writeOutput(payload);
}
