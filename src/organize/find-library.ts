import type { ParseName } from '../parse/anime-name-parser.ts';
import { type FoundFile, type WalkProblem, walk } from '../scan/walk.ts';
import type { NamedFile } from './make-plan.ts';

/** All below a folder that may be put in order. */
export interface FoundLibrary {
  readonly files: readonly NamedFile[];
  /** Files that may belong to one of the videos. */
  readonly companions: readonly FoundFile[];
  readonly problems: number;
}

/**
 * Looks through a folder for videos and what may belong to them, and reads the names of the videos. What cannot be looked at is told at once and left
 * out. `onFound` hears how many more videos there are. Throws as {@link walk} does.
 */
export async function findLibrary(
  source: string,
  parseName: ParseName,
  signal: AbortSignal,
  tell: (problem: WalkProblem) => Promise<void>,
  onFound: (videos: number) => void = () => {},
): Promise<FoundLibrary> {
  const files: NamedFile[] = [];
  const companions: FoundFile[] = [];
  let problems = 0;
  for await (const folder of walk(source, signal)) {
    for (const problem of folder.problems) {
      problems += 1;
      await tell(problem);
    }
    onFound(folder.videos.length);
    for (const video of folder.videos) files.push({ ...video, parsed: parseName(video.path) });
    for (const companion of folder.companions) companions.push(companion);
  }
  return { files, companions, problems };
}
