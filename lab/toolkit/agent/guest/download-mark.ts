import { readFileSync, statSync, writeFileSync } from 'node:fs';
import type { DownloadMark } from '../../../core/toolkit.ts';
import type { Questions } from '../../questions.ts';
import { toNative } from './guest-path.ts';
import { Refusal, errnoOf } from './refusal.ts';

/** Longest mark that is looked at. */
const MOST_MARK_BYTES = 64 << 10;

/**
 * The name of a file's `Zone.Identifier` stream. On NTFS this is an alternate data stream that travels with the file. On Wine, and where this tool
 * is its own test double, it is an ordinary file beside it that does not travel: it shows that a mark was written, not that it would be kept.
 */
export const streamFile = (native: string): string => `${native}:Zone.Identifier`;

/** Writes the mark as browsers do. */
export function markDownloaded({ file, mark }: Questions['markDownloaded']): Record<string, never> {
  const native = existingFile(file);
  if (!Number.isSafeInteger(mark.zoneId) || mark.zoneId < 0 || mark.zoneId > 4) throw new Refusal('bad-request', 'zoneId must be 0 to 4');
  const lines = ['[ZoneTransfer]', `ZoneId=${mark.zoneId}`];
  if (mark.referrerUrl !== undefined) lines.push(`ReferrerUrl=${line(mark.referrerUrl)}`);
  if (mark.hostUrl !== undefined) lines.push(`HostUrl=${line(mark.hostUrl)}`);
  writeFileSync(streamFile(native), `${lines.join('\r\n')}\r\n`);
  return {};
}

/** Reads the mark; no stream, or one without a zone, is no mark. */
export function readDownloadMark({ file }: Questions['readDownloadMark']): { readonly mark?: DownloadMark } {
  const stream = streamFile(existingFile(file));
  let text: string;
  try {
    if (statSync(stream).size > MOST_MARK_BYTES) throw new Refusal('too-large', `the mark has more than ${MOST_MARK_BYTES} bytes`);
    text = readFileSync(stream, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return {};
    throw error;
  }
  // HostUrl=https://example.org/a.zip
  const valueOf = (key: string): string | undefined => new RegExp(`^${key}=(.*)$`, 'im').exec(text)?.[1]?.trim();
  const zone = valueOf('ZoneId');
  if (zone === undefined || !/^[0-4]$/.test(zone)) return {};
  const hostUrl = valueOf('HostUrl');
  const referrerUrl = valueOf('ReferrerUrl');
  return {
    mark: { zoneId: Number(zone), ...(hostUrl === undefined ? {} : { hostUrl }), ...(referrerUrl === undefined ? {} : { referrerUrl }) },
  };
}

function existingFile(file: string): string {
  const native = toNative(file);
  if (!statSync(native).isFile()) throw new Refusal('not-found', `not a file: ${file}`);
  return native;
}

function line(text: string): string {
  if (typeof text !== 'string' || /[\r\n]/.test(text) || text.length > 4096)
    throw new Refusal('bad-request', 'a URL must be one line of at most 4096 characters');
  return text;
}
