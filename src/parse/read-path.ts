import type { Facts } from './facts.ts';
import { kindOf } from './kinds.ts';
import { readable, withoutEnding } from './name-text.ts';
import { type Reading, readName } from './read-name.ts';
import { takeSeason } from './season-marks.ts';

/** How many folders are looked at, from the file upwards. */
const FOLDERS = 3;
/** Folders that hold many things, whose names say nothing of one of them. */
const GENERAL =
  /^(?:my |new )?(?:downloads?|animes?|videos?|movies?|films?|series|tv|tv shows?|shows?|torrents?|completed?|incoming|finished|new|temp|tmp|media|library|data|extras?|bonus|subs?|subtitles?|アニメ|(?:19|20)\d\d)$/i;
/** Kinds whose numbers do not go on with those of a season. */
const OUT_OF_SEASON: ReadonlySet<string> = new Set(['OVA', 'OAD', 'ONA', 'Special', 'Movie']);
const INHERITED = ['year', 'releaseGroup', 'resolution', 'source'] as const;

/**
 * Reads the name of a file and, where it leaves something open, the names of the folders that it is in: `Title/Season 2/05.mkv`. The path has `/`
 * between its parts. Pure and total.
 */
export function readPath(path: string): Reading {
  const parts = path.split('/');
  const reading = readName(withoutEnding(parts.pop() ?? ''));
  if (parts.length === 0) return reading;
  const { facts } = reading;
  const own = facts.title;
  // Only its number says that a file is a part of what the folder is called: `Title/random.mkv` may be anything.
  if (own === undefined && facts.episodes?.length === 0 && facts.type === undefined) return reading;
  let needsTitle = own === undefined || reading.titleAfterEpisode;
  for (const folder of parts.slice(-FOLDERS).toReversed()) {
    const name = readable(folder).replaceAll('_', ' ').trim();
    if (name === '' || GENERAL.test(name)) continue;
    if (takeOnly(name, facts)) continue;
    const above = readName(folder).facts;
    if (above.title === undefined) continue;
    const same = own !== undefined && above.title.toLowerCase() === own.toLowerCase();
    if (needsTitle && !same) {
      if (own !== undefined) facts.episodeTitle = own;
      facts.title = above.title;
    }
    if (needsTitle || same) inherit(facts, above);
    needsTitle = false;
    break;
  }
  return { ...reading, titleAfterEpisode: needsTitle };
}

/** Takes what a folder says that is called by a season or a kind and nothing else. */
function takeOnly(name: string, facts: Facts): boolean {
  const season = takeSeason(name, false);
  if (season?.title === '') {
    if (facts.type === undefined || !OUT_OF_SEASON.has(facts.type)) facts.season ??= season.season;
    return true;
  }
  const kind = kindOf(name);
  if (kind === undefined) return false;
  facts.type ??= kind;
  return true;
}

function inherit(facts: Facts, above: Facts): void {
  if (above.type !== undefined) facts.type ??= above.type;
  if (above.season !== undefined && !OUT_OF_SEASON.has(facts.type ?? '')) facts.season ??= above.season;
  for (const field of INHERITED) if (above[field] !== undefined) Object.assign(facts, { [field]: facts[field] ?? above[field] });
}
