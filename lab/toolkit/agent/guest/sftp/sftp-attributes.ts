import type { Stats } from 'node:fs';
import { string, uint32, uint64 } from '../../../../ssh/sftp/sftp-packet.ts';
import { attributeFlags } from '../../../../ssh/sftp/sftp-protocol.ts';

/** Attributes as they go over the wire (section 5). Owners are left out: Windows has no numbers for them. */
export const attributesOf = (stats: Stats | undefined): Buffer =>
  stats === undefined
    ? uint32(0)
    : Buffer.concat([
        uint32(attributeFlags.size | attributeFlags.permissions | attributeFlags.times),
        uint64(stats.size),
        uint32(stats.mode),
        uint32(stats.atimeMs / 1000),
        uint32(stats.mtimeMs / 1000),
      ]);

/** What `/` is: a folder, and nobody's. */
export const rootAttributes: Buffer = Buffer.concat([uint32(attributeFlags.permissions), uint32(0o040_755)]);

/** One entry of a `name` answer: name, the line people are shown, attributes. */
export const nameEntry = (name: string, stats: Stats | undefined, attributes = attributesOf(stats)): Buffer =>
  Buffer.concat([string(name), string(stats === undefined ? name : longLine(name, stats)), attributes]);

const NAMES_OF_MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** As `ls -l` would have it. */
function longLine(name: string, stats: Stats): string {
  const kind = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-';
  const mode = [6, 3, 0].map((shift) => ['r', 'w', 'x'].map((letter, bit) => ((stats.mode >> shift) & (4 >> bit) ? letter : '-')).join(''));
  const { mtime } = stats;
  const day = `${NAMES_OF_MONTHS[mtime.getUTCMonth()]} ${String(mtime.getUTCDate()).padStart(2)}  ${mtime.getUTCFullYear()}`;
  return `${kind}${mode.join('')}    1 guest    guest    ${String(stats.size).padStart(12)} ${day} ${name}`;
}
