import path from 'node:path';
import type { FoundFile } from '../scan/walk.ts';
import { sameFileKey, windowsName } from '../windows/names.ts';

/** A file that belongs to a video. */
export interface Companion extends FoundFile {
  /** What its name has after that of the video: `.en.forced.ass`. */
  readonly tail: string;
}

/** Folders beside videos whose files belong to them. */
const SUB_FOLDERS: ReadonlySet<string> = new Set(['subs', 'sub', 'subtitles', 'subtitle']);
// `.en.ass` · ` [Group].ass` · `_forced.srt`
const TAIL = /^[. _\-[(]/;
// ` - 02.ass` · `.5.ass` · ` E02.srt`: the next episode, not a tail
const NUMBER = /^[. _-]+(?:s|e|ep)?\d/i;

/**
 * Finds what belongs to each video. That is a file
 *
 * - beside it, or in a folder `Subs`, `Sub`, `Subtitles` or `Subtitle` beside it, whose name is that of the video without its ending followed by a tail
 *   (the longest such name wins, whatever the case; a tail that begins with a number is taken for another episode's);
 * - in a folder of the video's own name below such a folder: `Subs/Show - 01/2_English.srt`, whose tail is `.2_English.srt`;
 * - in such a folder beside the only video of its folder: `Subs/English.srt`, whose tail is `.English.srt`.
 *
 * Two videos whose names differ in their endings only share their companions. Keys are paths of videos. Pure.
 */
export function pairCompanions(videos: readonly FoundFile[], companions: readonly FoundFile[]): ReadonlyMap<string, readonly Companion[]> {
  const folders = new Map<string, Map<string, string[]>>();
  for (const video of videos) {
    const { dir, name } = path.posix.parse(video.path);
    const stems = folders.get(dir) ?? new Map<string, string[]>();
    folders.set(dir, stems);
    stems.set(sameFileKey(name), [...(stems.get(sameFileKey(name)) ?? []), video.path]);
  }
  const pairs = new Map<string, Companion[]>();
  for (const companion of companions) {
    const found = ownerOf(companion.path, folders);
    for (const video of found?.videos ?? []) {
      const known = pairs.get(video);
      const one = { ...companion, tail: found?.tail ?? '' };
      if (known) known.push(one);
      else pairs.set(video, [one]);
    }
  }
  return pairs;
}

/** Where a companion goes when its video goes to `videoTo`: beside it, its tail after the new name. Pure. */
export function companionDestination(videoTo: string, tail: string): string {
  const { dir, name } = path.posix.parse(videoTo);
  const ending = path.posix.extname(tail);
  const wanted = windowsName(name + tail);
  // A tail that is too long would lose its ending, which says what the file is.
  return `${dir}/${wanted.endsWith(ending) ? wanted : name + ending}`;
}

interface Owner {
  readonly videos: readonly string[];
  readonly tail: string;
}

function ownerOf(companion: string, folders: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>): Owner | undefined {
  const { dir, base } = path.posix.parse(companion);
  const beside = byStem(base, folders.get(dir));
  if (beside) return beside;
  const above = path.posix.dirname(dir);
  if (isSubFolder(dir)) {
    const stems = folders.get(above === '.' ? '' : above);
    const [only] = stems?.size === 1 ? stems.values() : [];
    return byStem(base, stems) ?? (only && { videos: only, tail: `.${base}` });
  }
  if (!isSubFolder(above)) return undefined;
  const top = path.posix.dirname(above);
  const videos = folders.get(top === '.' ? '' : top)?.get(sameFileKey(path.posix.basename(dir)));
  return videos && { videos, tail: `.${base}` };
}

const isSubFolder = (folder: string): boolean => SUB_FOLDERS.has(path.posix.basename(folder).toLowerCase());

/** Tries the beginnings of a name from the longest one down, so that a folder of thousands of videos costs no more than one of two. */
function byStem(base: string, stems: ReadonlyMap<string, readonly string[]> | undefined): Owner | undefined {
  if (stems === undefined) return undefined;
  for (let length = base.length - 1; length > 0; length -= 1) {
    const tail = base.slice(length);
    if (!TAIL.test(tail) || NUMBER.test(tail)) continue;
    const videos = stems.get(sameFileKey(base.slice(0, length)));
    if (videos) return { videos, tail };
  }
  return undefined;
}
