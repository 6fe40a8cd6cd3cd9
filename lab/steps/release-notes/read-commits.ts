import type { Call } from '../../core/call.ts';
import { git, noHistory, reasonOf } from './read-repository.ts';
import type { LocalPath } from '../../core/ids.ts';

/** A commit as git has it. */
export interface Commit {
  readonly hash: string;
  readonly parents: readonly string[];
  readonly author: string;
  /** Subject, body and trailers. What is no UTF-8 in it is replaced; the part beyond 64 KiB is missing. */
  readonly message: string;
  /** Whether something is missing. */
  readonly isCut: boolean;
}

const FORMAT = ['%H', '%P', '%an', '%B'];
/** Kept of a message; a book can be committed too. */
const MOST_FIELD_BYTES = 64 << 10;

/**
 * Reads the commits that lead to `to` and not to `from`, a commit before its parents. They come one by one as git gives them, so that memory does not
 * grow with the history.
 */
export async function readCommits(
  folder: LocalPath,
  range: { readonly from?: string | undefined; readonly to: string },
  onCommit: (commit: Commit) => void,
  call: Call,
): Promise<void> {
  const fields: Field[] = [];
  const split = fieldSplitter((field) => {
    fields.push(field);
    if (fields.length < FORMAT.length) return;
    const [hash, parents, author, message] = fields.splice(0) as [Field, Field, Field, Field];
    onCommit({
      hash: hash.text,
      parents: parents.text.split(' ').filter((parent) => parent !== ''),
      author: author.text,
      message: message.text,
      isCut: message.isCut,
    });
  });
  const args = ['log', '-z', '--topo-order', '--no-color', '--no-show-signature', '--no-notes', '--no-mailmap', '--encoding=UTF-8'];
  const between = [range.to, ...(range.from === undefined ? [] : [`^${range.from}`])];
  const result = await git(folder, [...args, `--format=${FORMAT.join('%x00')}`, ...between, '--'], call, { onOutput: split });
  if (result.exitCode !== 0) throw noHistory(reasonOf(result));
}

interface Field {
  readonly text: string;
  readonly isCut: boolean;
}

/** Takes pieces of bytes and gives what stands before each zero byte. */
function fieldSplitter(onField: (field: Field) => void): (piece: Uint8Array) => void {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let isCut = false;
  const keep = (bytes: Buffer): void => {
    const room = Math.max(0, MOST_FIELD_BYTES - keptBytes);
    if (bytes.length > room) isCut = true;
    // A copy: the piece is the stream's, and a few bytes of it would keep all of it.
    if (room > 0 && bytes.length > 0) kept.push(Buffer.from(bytes.subarray(0, room)));
    keptBytes += Math.min(room, bytes.length);
  };
  return (piece) => {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
      keep(bytes.subarray(start, end));
      onField({ text: Buffer.concat(kept).toString('utf8'), isCut });
      [kept, keptBytes, isCut, start] = [[], 0, false, end + 1];
    }
    keep(bytes.subarray(start));
  };
}
