import path from 'node:path';
import { buildInfo } from '../../../core/build-info.ts';
import { exitCodes } from '../../../core/exit-code.ts';
import { loadNameParser } from '../../../parse/anime-name-parser.ts';
import { walk } from '../../../scan/walk.ts';
import type { Command } from '../../context.ts';
import { startFigures } from '../../figures.ts';

/** `scan DIR`: says which video files there are and what their names tell. Reads only. Exit code 10 when something could not be looked at. */
export const scan: Command<{ readonly folder: string }> = async (options, { emit, signal, currentFolder }) => {
  const figures = startFigures();
  const source = path.resolve(currentFolder, options.folder);
  const parseName = await loadNameParser();
  await emit({ type: 'started', schema: 'cli-event.v1', command: 'scan', version: buildInfo.version, source });
  let [entries, directories, files, parsed, problems] = [0, 0, 0, 0, 0];
  for await (const folder of walk(source, signal)) {
    directories += 1;
    entries += folder.entries;
    for (const problem of folder.problems) {
      problems += 1;
      await emit({ type: 'problem', ...problem });
    }
    for (const video of folder.videos) {
      const name = parseName(path.posix.basename(video.path));
      files += 1;
      if (name) parsed += 1;
      await emit({ type: 'file', ...video, parsed: name ?? null });
    }
  }
  const measured = figures();
  // The scanned folder is a path as well, though no folder's entry.
  const paths = entries + 1;
  const pathsPerMinute = Math.round((paths / measured.durationMs) * 60_000);
  await emit({ type: 'scan-summary', paths, directories, files, parsed, problems, pathsPerMinute, ...measured });
  return problems > 0 ? exitCodes.partialSuccess : exitCodes.success;
};
