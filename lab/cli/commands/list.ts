import path from 'node:path';
import { assuranceLabel } from '../../core/assurance.ts';
import { callUntil } from '../../engine/deadline.ts';
import { exists } from '../../host/files.ts';
import { readRun } from '../../trust/read-run.ts';
import { foldRecord } from '../../core/record.ts';
import { toErrorData } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { LabCommand } from '../lab-command.ts';
import { withJson, withProject } from '../options.ts';
import { type ProjectOptions, reportsFolder, runsIn } from '../project.ts';
import { table } from '../table.ts';

/** `lab list`: every run in the reports folder, newest last. A folder that cannot be read is listed with the reason. */
export const listCommand: LabCommand = (command, context) => {
  withJson(withProject(command), 'print one JSON object a run').action(async (options: ProjectOptions & { json?: boolean }) => {
    const reports = reportsFolder(options, context);
    const rows: string[][] = [];
    for (const id of await runsIn(reports)) {
      const folder = path.join(reports, id) as LocalPath;
      try {
        const { plan, journal } = await readRun(folder, { tolerateTornEnd: true }, callUntil(context.signal));
        const record = foldRecord(plan, journal);
        const sealed = await exists(path.join(folder, 'seal.json'));
        const product = record.bundle ? `${record.bundle.product} ${record.bundle.version}` : '';
        const verdict = record.finishedAt === undefined ? 'unfinished' : record.verdict;
        const assurance = record.assurance ? assuranceLabel[record.assurance] : 'no guest';
        if (options.json) {
          context.stdout.write(
            `${JSON.stringify({ run: id, folder, verdict, assurance: record.assurance, product: record.bundle, startedAt: record.startedAt, durationMs: record.durationMs, sealed })}\n`,
          );
        } else
          rows.push([
            id,
            verdict,
            assurance,
            product,
            record.durationMs === undefined ? '' : `${Math.round(record.durationMs / 1000)} s`,
            sealed ? 'sealed' : 'not sealed',
          ]);
      } catch (error) {
        const { message } = toErrorData(error);
        if (options.json) context.stdout.write(`${JSON.stringify({ run: id, folder, error: message })}\n`);
        else rows.push([id, 'unreadable', message, '', '', '']);
      }
    }
    if (!options.json) context.stdout.write(rows.length === 0 ? `No runs in ${reports}. \`npm run lab\` makes one.\n` : `${table(rows)}\n`);
  });
};
