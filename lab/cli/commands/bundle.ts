import path from 'node:path';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { callUntil, callWithin } from '../../engine/deadline.ts';
import { runStep } from '../../engine/run-step.ts';
import { loadTrustedKeys } from '../../trust/keys.ts';
import type { LabCommand } from '../lab-command.ts';
import { type PackagerOptions, withJson, withPackager, withPackagerOf, withProject } from '../options.ts';
import { provenanceName } from '../keep-release.ts';
import { type Source, prepareRelease } from '../prepare-release.ts';
import { type ProjectOptions, openProject } from '../project.ts';
import { verifyAnyBundle } from '../verify-any-bundle.ts';
import { workplaceIn } from '../workplace.ts';

const VERIFY_LIMIT_MS = 600_000;

/** What the command line says of the sources. Throws for an instant that is none. */
function sourceIn({ commit, commitTime }: BundleOptions): { readonly source?: Source } {
  if (commit === undefined) return {};
  if (commitTime === undefined) return { source: { commit } };
  const time = new Date(commitTime);
  if (Number.isNaN(time.getTime()))
    throw LabError.of('usage.invalid', { problem: `--commit-time: ${commitTime} is no instant in ISO 8601` });
  return { source: { commit, commitTime: time.toISOString() } };
}

interface BundleOptions extends ProjectOptions, PackagerOptions {
  readonly json?: boolean;
  readonly output: string;
  readonly verify?: string;
  readonly anew?: boolean;
  readonly commit?: string;
  readonly commitTime?: string;
}

/** `lab bundle`: builds the release and nothing else, or verifies one that came from elsewhere. */
export const bundleCommand: LabCommand = (command, context) => {
  withJson(withPackager(withProject(command)), 'print the manifest as JSON')
    .option('--output <dir>', 'where zip, tar.gz, manifest and signed provenance go', 'reports/bundle')
    .option('--anew', 'build the executable also when the same one was built before')
    .option('--commit <hash>', 'what the sources are of, for sources outside of a repository')
    .option('--commit-time <instant>', 'when that commit was made, in ISO 8601')
    .option('--verify <path>', 'build nothing: verify this folder, zip or tar.gz, and the provenance beside it')
    .action(async (options: BundleOptions) => {
      const { folders, clock, signing } = workplaceIn(context);
      if (options.verify !== undefined) {
        using call = callWithin(VERIFY_LIMIT_MS, 'verifying the bundle', clock, callUntil(context.signal));
        const trusted = await loadTrustedKeys(folders.state, call);
        const { manifest, lines } = await verifyAnyBundle(path.resolve(context.cwd, options.verify) as LocalPath, trusted, call);
        context.stdout.write(options.json ? `${JSON.stringify(manifest, undefined, 2)}\n` : `${lines.join('\n')}\n`);
        return;
      }
      const opened = await openProject(options, context);
      const project = { ...opened, config: withPackagerOf(opened.config, options.packager) };
      using call = callWithin(project.config.timeouts.buildSeconds * 2000, 'building the bundle', clock, callUntil(context.signal));
      const destination = path.resolve(context.cwd, options.output) as LocalPath;
      await using prepared = await prepareRelease(
        project,
        { clock, folders, signing, destination, tarball: true, anew: options.anew === true, ...sourceIn(options) },
        (step, work, describe) =>
          runStep(
            step,
            project.config.timeouts.buildSeconds * 1000,
            {
              clock,
              emit: (event) => {
                if (event.type === 'step-progress') context.stderr.write(`${step}: ${event.what}\n`);
                if (event.type === 'warning') context.stderr.write(`${step}: warning: ${event.message}\n`);
              },
              ...(describe ? { describe } : {}),
            },
            work,
            call,
          ),
        call,
      );
      const { manifest, archive, tarball } = prepared.release;
      if (options.json) {
        context.stdout.write(`${JSON.stringify(manifest, undefined, 2)}\n`);
        return;
      }
      for (const made of [archive, ...(tarball ? [tarball] : [])])
        context.stdout.write(`${made.path}\n  ${made.sizeBytes} bytes, SHA-256 ${made.sha256}\n`);
      context.stdout.write(`${path.join(destination, provenanceName(manifest))}\n`);
      context.stdout.write(`${manifest.files.length} files, digest ${manifest.digest}\n`);
    });
};
