import type { Call } from '../../core/call.ts';
import type { RemotePath, Sha256 } from '../../core/ids.ts';
import type { EncodedPart, PartCheck } from './local-parts.ts';

/** A file on its way into the guest: where it goes and what it must turn out to be. Until it is whole it grows under another name. */
export interface Incoming {
  readonly to: RemotePath;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
}

/** What the guest has of a file. */
export interface Looked {
  /** The very same file is there. */
  readonly there: boolean;
  /** Digests of parts that an earlier attempt left, by their index. */
  readonly parts: readonly (string | null)[];
}

/** What is in a file. */
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

/** Bytes of a file, from `from` up to `end`. */
export type ByteRange = readonly [from: number, end: number];

export const receiverNames = ['agent', 'powershell', 'inbox'] as const;
export type ReceiverName = (typeof receiverNames)[number];

/**
 * What does the work in the guest when files are copied. Operations may overlap and may be done twice.
 *
 * A throw of {@link ReceiverUnfit} says that this guest has no such receiver, or not for this operation; {@link Refused} that it has one which could
 * not do what was asked. Anything else is the connection's.
 */
export interface Receiver {
  readonly name: ReceiverName;
  /** Also removes what earlier attempts at other content left beside the file. `partBytes` 0 asks for no parts. */
  readonly look: (file: Incoming, partBytes: number, call: Call) => Promise<Looked>;
  /** Fetches a few bytes from an address of the host. */
  readonly probe: (url: string, timeoutMs: number, call: Call) => Promise<Uint8Array>;
  /** Fetches ranges of the file from an address of the host to their places. */
  readonly fetch: (file: Incoming, url: string, ranges: readonly ByteRange[], call: Call) => Promise<void>;
  /** Compares the whole and gives it its name. What is not as promised is removed; its digest is the answer all the same. */
  readonly finish: (file: Incoming, call: Call) => Promise<FileFacts>;
  /** Removes what has arrived so far. */
  readonly discard: (file: Incoming, call: Call) => Promise<void>;
  /** `undefined` when there is no such file. */
  readonly digest: (path: RemotePath, call: Call) => Promise<FileFacts | undefined>;
  readonly remove: (path: RemotePath, call: Call) => Promise<void>;
  /** `undefined` when there is no such folder. */
  readonly treeDigest: (path: RemotePath, call: Call) => Promise<TreeFacts | undefined>;
  /** Unpacks an archive beside `to` and renames it when its tree is the promised one; the archive is removed in any case. */
  readonly placeTree: (archive: RemotePath, to: RemotePath, treeSha256: Sha256, call: Call) => Promise<TreeFacts>;
  /** Packs a folder into a new archive. */
  readonly packTree: (path: RemotePath, archive: RemotePath, call: Call) => Promise<TreeFacts & { readonly archive: FileFacts }>;
}

/** A receiver that takes and gives bytes over its own streams. */
export interface StreamReceiver extends Receiver {
  /** What it compares parts with. */
  readonly partCheck: PartCheck['kind'];
  /** Starts what it works with, so that it is there when the first question comes. Never throws: the question finds out. */
  readonly begin: (call: Call) => void;
  /** A whole file in one message. `there` when it was there already. */
  readonly small: (file: Incoming, content: EncodedPart, call: Call) => Promise<FileFacts & { readonly there: boolean }>;
  /** One part to its place; compared with its own check first. */
  readonly part: (file: Incoming, offset: number, part: EncodedPart, width: number, call: Call) => Promise<void>;
  /** A range of a file, unpacked and compared. */
  readonly read: (path: RemotePath, offset: number, length: number, width: number, call: Call) => Promise<Uint8Array>;
  /** Digests of a file's parts by their index. */
  readonly partsOf: (path: RemotePath, sizeBytes: number, partBytes: number, call: Call) => Promise<readonly (string | null)[]>;
}

/** The guest lacks what this receiver needs. The message says what. */
export class ReceiverUnfit extends Error {
  override readonly name = 'ReceiverUnfit';
}

/** The guest could not do what was asked. The message says why, in the guest's words. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
