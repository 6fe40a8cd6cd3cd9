import path from 'node:path';
import type { LocalPath } from '../../core/ids.ts';
import { callUntil, callWithin } from '../../engine/deadline.ts';
import { runStep } from '../../engine/run-step.ts';
import type { LabCommand } from '../lab-command.ts';
import { withJson, withProject } from '../options.ts';
import { type ProjectOptions, openProject } from '../project.ts';
import { prepareRelease } from '../prepare-release.ts';
import { wire } from '../wiring.ts';

/** `lab bundle`: builds the release and nothing else. */
export const bundleCommand: LabCommand = (program, context) => {
  const command = program.command('bundle').description('build the executable and the bundle, and verify them, without any guest');
  withJson(withProject(command), 'print the manifest as JSON')
    .option('--output <dir>', 'where the zip and its manifest go', 'reports/bundle')
    .action(async (options: ProjectOptions & { json?: boolean; output: string }) => {
      const project = await openProject(options, context);
      const { folders, clock } = wire(project.root, context);
      using call = callWithin(project.config.timeouts.buildSeconds * 2000, 'building the bundle', clock, callUntil(context.signal));
      const destination = path.resolve(context.cwd, options.output) as LocalPath;
      await using prepared = await prepareRelease(
        project,
        { clock, folders },
        destination,
        (step, work, describe) =>
          runStep(
            step,
            project.config.timeouts.buildSeconds * 1000,
            {
              clock,
              emit: (event) => {
                if (event.type === 'step-progress') context.stderr.write(`${step}: ${event.what}\n`);
              },
              ...(describe ? { describe } : {}),
            },
            work,
            call,
          ),
        call,
      );
      const { manifest, archive } = prepared.release;
      context.stdout.write(
        options.json
          ? `${JSON.stringify(manifest, undefined, 2)}\n`
          : `${archive.path}\n  ${archive.sizeBytes} bytes, SHA-256 ${archive.sha256}\n  ${manifest.files.length} files, digest ${manifest.digest}\n`,
      );
    });
};
