import type { AnimeName } from '../contract/anime-name.ts';

/** What tells the better of two files that hold the same episode. */
export interface Quality {
  readonly parsed: Pick<AnimeName, 'resolution' | 'source'> | undefined;
  readonly sizeBytes: number;
}

const NAMED_HEIGHTS: Readonly<Record<string, number>> = { '8K': 4320, '4K': 2160, UHD: 2160, '2K': 1440, FHD: 1080, HD: 720, SD: 480 };

/** From the worst to the best; what is not named here counts as unknown and comes before them all. */
const SOURCES: readonly RegExp[] = [
  // VHSRip · LaserDisc
  /^(?:VHS|LD|LASERDISC)/,
  // TV · TVRip · SDTV · DTV
  /^(?:S?D?TV|TVRIP|DVB|SATRIP)/,
  // HDTV · HDTVRip
  /^HDTV/,
  // DVD · DVDRip · DVD9 · R2DVD
  /^(?:R\dJ?-?)?DVD/,
  // WEB · WEBRip
  /^WEB(?:-?RIP)?$/,
  // WEB-DL · WEBDL
  /^WEB-?DL/,
  // BD · BDRip · Blu-ray · BluRay · BDRemux
  /^(?:BD|BLU-?RAY|UHD)/,
];

/** Orders files from the best to the worst: the higher picture, then the better source, then the larger file. 0 when nothing tells them apart. Pure. */
export function compareQuality(a: Quality, b: Quality): number {
  return (
    heightOf(b.parsed?.resolution) - heightOf(a.parsed?.resolution) ||
    rankOf(b.parsed?.source) - rankOf(a.parsed?.source) ||
    b.sizeBytes - a.sizeBytes
  );
}

/** Lines of a picture; 0 when the name does not tell. */
function heightOf(resolution = ''): number {
  // 1080p · 1080i · 1080
  const lines = /^(\d{3,4})([pi]?)$/i.exec(resolution);
  // Of an interlaced picture each half has half the lines.
  if (lines) return Number(lines[1]) - (lines[2]?.toLowerCase() === 'i' ? 1 : 0);
  // 1920x1080 · 1920 × 1080
  const size = /^\d{3,4}\s*[x×]\s*(\d{3,4})[pi]?$/i.exec(resolution);
  return size ? Number(size[1]) : (NAMED_HEIGHTS[resolution.toUpperCase()] ?? 0);
}

const rankOf = (source = ''): number => SOURCES.findIndex((pattern) => pattern.test(source.toUpperCase()));
