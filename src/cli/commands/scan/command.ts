import { exitCodes } from '../../../core/exit-code.ts';
import { loadNameParser } from '../../../parse/anime-name-parser.ts';
import { walk } from '../../../scan/walk.ts';
import type { Command } from '../../context.ts';
import { startFigures } from '../../figures.ts';
import { startInFolder } from '../../start-in-folder.ts';

/** `scan DIR`: says which video files there are and what their names tell. Reads only. Exit code 10 when something could not be looked at. */
export const scan: Command<{ readonly folder: string }> = async (options, context) => {
  const { emit, signal, progress } = context;
  const figures = startFigures();
  const parseName = await loadNameParser();
  const source = await startInFolder('scan', options.folder, context);
  let [entries, directories, files, parsed, problems] = [0, 0, 0, 0, 0];
  {
    using bar = progress.start('Looking', 'files');
    for await (const folder of walk(source, signal, { companions: false })) {
      directories += 1;
      entries += folder.entries;
      for (const problem of folder.problems) {
        problems += 1;
        await emit({ type: 'problem', ...problem });
      }
      for (const { path, sizeBytes } of folder.videos) {
        const name = parseName(path);
        files += 1;
        if (name) parsed += 1;
        await emit({ type: 'file', path, sizeBytes, parsed: name ?? null });
      }
      bar.advance(folder.videos.length);
    }
  }
  const measured = figures();
  // The scanned folder is a path as well, though no folder's entry.
  const paths = entries + 1;
  const pathsPerMinute = Math.round((paths / measured.durationMs) * 60_000);
  await emit({ type: 'scan-summary', paths, directories, files, parsed, problems, pathsPerMinute, ...measured });
  return problems > 0 ? exitCodes.partialSuccess : exitCodes.success;
};
