import path from 'node:path';
import type { LocalPath } from '../../core/ids.ts';
import { foldRecord } from '../../core/record.ts';
import type { Reporter } from '../../core/reporter.ts';
import { callUntil } from '../../engine/deadline.ts';
import { exists, readBytesIfThere, writeFileAtomic } from '../../host/files.ts';
import { sha256Of } from '../../host/hash.ts';
import { LabError } from '../../core/error.ts';
import { systemClock } from '../../host/clock.ts';
import { reporters } from '../../reporters/index.ts';
import { recordText } from '../../steps/report/finish-run.ts';
import { readRun } from '../../trust/read-run.ts';
import { wantsColour } from '../cli-context.ts';
import type { Rendering } from '../rendering.ts';
import type { LabCommand } from '../lab-command.ts';
import { withJson, withProject } from '../options.ts';
import { type ProjectOptions, findRun, reportsFolder } from '../project.ts';

/** `lab report RUN`: renders a run again from its journal, without guests. Also renders a run that was killed before it could. */
export const reportCommand: LabCommand = (command, context) => {
  command.argument('<run>', 'run id, part of it, `latest`, or a folder');
  withJson(withProject(command), 'print what was rendered as one JSON object')
    .option('--output <file>', 'where the HTML goes (default: report.html in the run folder, if that is not sealed)')
    .action(async (wanted: string, options: ProjectOptions & { output?: string; json?: boolean }) => {
      const folder = await findRun(wanted, reportsFolder(options, context), context.cwd);
      const call = callUntil(context.signal);
      const { plan, journal, tornEnd } = await readRun(folder, { tolerateTornEnd: true }, call);
      const record = foldRecord(plan, journal);
      const target = options.output === undefined ? path.join(folder, 'report.html') : path.resolve(context.cwd, options.output);
      const terminal = options.json
        ? undefined
        : reporters.terminal({
            stream: context.stdout,
            isTty: false,
            columns: context.stdout.columns ?? 100,
            colour: wantsColour(context),
            clock: systemClock,
            reportPath: path.relative(context.cwd, target),
          });
      const readEvidence: Parameters<NonNullable<Reporter['finish']>>[0]['readEvidence'] = (sha256) =>
        readBytesIfThere(path.join(folder, 'evidence', sha256));
      const finished = { record, plan, journal, recordSha256: sha256Of(recordText(record)), readEvidence };
      const rendering = [reporters.html(), reporters.security()];
      const files: Rendering['files'] = [];
      for (const line of journal) for (const reporter of [...rendering, ...(terminal ? [terminal] : [])]) reporter.on(line);
      for (const reporter of rendering) {
        for (const { fileName, content } of (await reporter.finish?.(finished, call)) ?? []) {
          // What stands beside the report of the run goes beside it here too.
          const file = fileName === 'report.html' ? target : path.join(path.dirname(target), fileName);
          files.push({ path: file, written: await writeUnlessSealed(file, folder, content) });
        }
      }
      await terminal?.finish?.(finished, call);
      terminal?.close?.();
      if (options.json) {
        const { runId, verdict, finishedAt } = record;
        const answer: Rendering = {
          $schema: 'rendering.v1.json',
          runId,
          verdict,
          finished: finishedAt !== undefined,
          tornEnd,
          recordSha256: finished.recordSha256,
          files,
        };
        context.stdout.write(`${JSON.stringify(answer)}\n`);
      }
      if (tornEnd)
        context.stderr.write('The journal ends in the middle of a line: the lab was killed while it wrote it. That line was left out.\n');
    });
};

/** A sealed report may be written again only if that changes nothing, and then it is not. Returns whether it was written. */
async function writeUnlessSealed(target: string, folder: LocalPath, content: string | Uint8Array): Promise<boolean> {
  const inFolder = !path.relative(folder, target).startsWith('..');
  if (inFolder && (await exists(path.join(folder, 'seal.json')))) {
    const there = await readBytesIfThere(target);
    if (there === undefined || !Buffer.from(there).equals(Buffer.from(content)))
      throw LabError.of('usage.sealed', { run: path.basename(folder) });
    return false;
  }
  await writeFileAtomic(target, content);
  return true;
}
