import { randomBytes } from 'node:crypto';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { PullContent, PullOffer, PullServer } from '../pull/pull-server.ts';
import type { Progress } from '../progress.ts';
import { ownDeadline } from '../../winrm/client/own-deadline.ts';
import { mostSendBytes } from '../../winrm/messages/send.ts';
import type { Route, RouteBook } from './copy-ways.ts';
import type { LocalFile } from './file-digests.ts';
import { partBytes } from './local-parts.ts';
import { type FileFacts, type Incoming, type Receiver, ReceiverUnfit, Refused } from './receiver.ts';
import { type CopyShare, missingRanges, uploadParts } from './upload-parts.ts';

/** A file of so many bytes travels in one message, its head included. */
export const mostSmallBytes = mostSendBytes - 5000;

const PROBE_BYTES = 1024;
const PROBE_LIMIT_MS = 3000;
/** How long removing what has arrived may take once the caller's own call is over. */
const CLEAN_UP_MS = 5000;

/** What an upload is done with. */
export interface UploadParts {
  readonly book: RouteBook;
  readonly share: CopyShare;
  readonly pullServer: PullServer | undefined;
  /** The guest, for its turn. */
  readonly guest: object;
  /** Receivers that have fetched from this host, or the attempt at it. */
  readonly probed: Map<Receiver, Promise<void>>;
}

/** What became of an upload. */
export interface Uploaded {
  readonly way: string;
  readonly arrived: FileFacts;
}

/**
 * Brings a file into the guest by the best route that works. A route that turns out not to work is noted and the next one goes on with what has
 * arrived. What arrived of a file is removed on every way out but one: when the connection is lost it stays, for the next attempt to go on with.
 */
export async function upload(file: LocalFile, incoming: Incoming, parts: UploadParts, progress: Progress, call: Call): Promise<Uploaded> {
  for (const route of parts.book.left(file.sizeBytes <= mostSmallBytes)) {
    try {
      return await uploadBy(route, file, incoming, parts, progress, call);
    } catch (error) {
      if (error instanceof ReceiverUnfit && !call.signal.aborted) {
        parts.book.failed(route, error.message);
        continue;
      }
      await cleanUp(route, incoming, error);
      throw call.signal.aborted ? call.signal.reason : refusalOf(error, incoming);
    }
  }
  throw LabError.of('copy.no-way', { path: incoming.to, reasons: parts.book.notes.join('; ') || 'none is allowed' });
}

async function uploadBy(
  route: Route,
  file: LocalFile,
  incoming: Incoming,
  { share, pullServer, guest, probed }: UploadParts,
  progress: Progress,
  call: Call,
): Promise<Uploaded> {
  const { way, receiver } = route;
  if (way === 'winrm-stdin' && file.sizeBytes <= mostSmallBytes && file.sizeBytes > 0) {
    const taken = await share.budget.take(guest, file.sizeBytes, call.signal);
    try {
      const { there, ...arrived } = await receiver.small(incoming, await share.parts.encoded(file, 0, receiver.partCheck), call);
      return { way: there ? 'already-there' : way, arrived };
    } finally {
      taken.giveBack();
    }
  }
  if (way === 'http-pull') await proved(receiver, pullServer, probed, call);
  const { there, parts } = await receiver.look(incoming, partBytes, call);
  if (there) return { way: 'already-there', arrived: incoming };
  switch (way) {
    case 'http-pull': {
      const ranges = await missingRanges(file, parts, share.parts);
      progress.add(file.sizeBytes - ranges.reduce((sum, [from, end]) => sum + end - from, 0));
      if (ranges.length > 0 && pullServer) {
        await using offer = await offered(pullServer, { file: file.path, sizeBytes: file.sizeBytes }, progress.add);
        await receiver.fetch(incoming, offer.url, ranges, call);
      }
      break;
    }
    case 'winrm-stdin':
      await uploadParts(receiver, file, incoming, parts, share, guest, progress.add, call);
      break;
    case 'base64-lines':
      await receiver.lines(incoming, file, progress.add, call);
      break;
  }
  return { way, arrived: await receiver.finish(incoming, call) };
}

/** A host that cannot listen where it should has no such way. */
function offered(server: PullServer, content: PullContent, onBytes?: (count: number) => void): Promise<PullOffer> {
  return server.offer(content, onBytes).catch((error: unknown) => {
    throw new ReceiverUnfit(error instanceof Error ? error.message : String(error));
  });
}

/** Has the receiver fetch random bytes from this host, once a connection; a wrong answer may come from whatever stands between. */
function proved(receiver: Receiver, server: PullServer | undefined, probed: Map<Receiver, Promise<void>>, call: Call): Promise<void> {
  const known = probed.get(receiver);
  if (known) return known;
  const proof = (async (): Promise<void> => {
    if (server === undefined) throw new ReceiverUnfit('the guest cannot reach this host');
    const expected = randomBytes(PROBE_BYTES);
    await using offer = await offered(server, expected);
    const found = await receiver.probe(offer.url, PROBE_LIMIT_MS, call);
    if (!expected.equals(found)) throw new ReceiverUnfit('something else answers in place of this host');
  })();
  probed.set(receiver, proof);
  proof.catch((error: unknown) => {
    if (!(error instanceof ReceiverUnfit)) probed.delete(receiver);
  });
  return proof;
}

/** The guest's refusal of an upload as an error of the catalogue. */
const refusalOf = (error: unknown, { to }: Incoming): unknown =>
  error instanceof Refused ? LabError.of('winrm.upload-refused', { path: to, reason: error.message }, { cause: error }) : error;

async function cleanUp({ receiver }: Route, incoming: Incoming, error: unknown): Promise<void> {
  if (error instanceof LabError && error.kind === 'transport') return;
  using call = ownDeadline(CLEAN_UP_MS, 'Removing a part of a file in the guest');
  await receiver.discard(incoming, call).catch(() => {});
}
