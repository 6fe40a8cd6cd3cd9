import path from 'node:path';
import type { LocalPath } from '../../core/ids.ts';
import { callUntil, callWithin } from '../../engine/deadline.ts';
import { windowsBun } from '../../host/windows-bun.ts';
import { windowsNode } from '../../host/windows-node.ts';
import { makeWorkshop } from '../../host/workshop.ts';
import { compareReleases } from '../../steps/build/compare/compare-releases.ts';
import { loadRelease } from '../../steps/build/compare/load-release.ts';
import type { Reproduction } from '../../steps/build/compare/reproduction.ts';
import type { LabCommand } from '../lab-command.ts';
import { type PackagerOptions, withJson, withPackager, withProject } from '../options.ts';
import { sourceOf } from '../prepare-release.ts';
import { type ProjectOptions, openProject } from '../project.ts';
import { type ElsewhereRequest, buildElsewhere, twoPlaces } from '../reproduce/build-elsewhere.ts';
import { workplaceIn } from '../workplace.ts';

type ReproduceOptions = ProjectOptions & PackagerOptions & { readonly json?: boolean; readonly against?: string };

/** Both builds may run at once; each bundles, too. */
const BUILDS = 4;

/** `lab reproduce`: builds the release twice, in places that have nothing in common, and compares every byte. Exit code 1 when one differs. */
export const reproduceCommand: LabCommand = (command, context, finish) => {
  withJson(withPackager(withProject(command)), 'print the comparison as one JSON object')
    .option('--against <path>', 'build once, and compare with this zip, folder of archives or unpacked bundle')
    .action(async (options: ReproduceOptions) => {
      const project = await openProject(options, context);
      const { folders, clock } = workplaceIn(context);
      using call = callWithin(
        project.config.timeouts.buildSeconds * BUILDS * 1000,
        'building the release elsewhere',
        clock,
        callUntil(context.signal),
      );
      const tell = (what: string): void => void context.stderr.write(`${what}\n`);
      const against = options.against === undefined ? undefined : (path.resolve(context.cwd, options.against) as LocalPath);
      // Before anything is built: a mistyped path is told at once.
      const earlier = against && (await loadRelease(against, call));
      // Fetched here, where npm knows its settings; the places have homes of their own.
      const runtimes = { folders, projectRoot: project.root, onProgress: ({ what }: { readonly what: string }) => tell(what) };
      await windowsNode(runtimes, call);
      if ((options.packager ?? project.config.product.packager) === 'bun') await windowsBun(runtimes, call);

      await using workshop = await makeWorkshop(folders.cache);
      const request: ElsewhereRequest = {
        project,
        source: await sourceOf(project.root, call),
        folders,
        ...(options.packager ? { packager: options.packager } : {}),
        workFolder: workshop.folder,
        onProgress: tell,
      };
      const [here, there] = twoPlaces;
      // One after the other: each keeps both cores busy and needs half a gigabyte.
      const first = await loadRelease(await buildElsewhere(here, request, call), call);
      const result =
        earlier === undefined
          ? compareReleases(first, await loadRelease(await buildElsewhere(there, request, call), call), [describe(here), describe(there)])
          : compareReleases(earlier, first, [options.against ?? '', 'built now']);
      if (options.json) context.stdout.write(`${JSON.stringify(result)}\n`);
      else for (const line of linesOf(result)) context.stdout.write(`${line}\n`);
      finish(result.same ? 0 : 1);
    });
};

const describe = ({ folder, umask, env }: (typeof twoPlaces)[number]): string =>
  `built in ${JSON.stringify(folder)}, umask ${umask}, ${Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`;

function linesOf({ same, made, files, differences }: Reproduction): readonly string[] {
  const lines = [`first   ${made[0]}`, `second  ${made[1]}`];
  for (const file of files) lines.push(`${file.same ? 'same  ' : 'DIFFER'}  ${file.path}${file.same ? `  ${file.first}` : ''}`);
  for (const { path: file, where, offset, first, second } of differences)
    lines.push(`${file}: ${where}${offset === undefined ? '' : ` at byte ${offset}`}\n    first   ${first}\n    second  ${second}`);
  const different = files.filter((file) => !file.same).length;
  return [...lines, same ? `the same to the byte: ${files.length} files` : `${different} of ${files.length} files differ`];
}
