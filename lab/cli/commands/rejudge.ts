import path from 'node:path';
import { checks } from '../../checks/index.ts';
import { LabError } from '../../core/error.ts';
import type { Outcome } from '../../core/outcome.ts';
import { foldRecord } from '../../core/record.ts';
import { callUntil } from '../../engine/deadline.ts';
import { readBytesIfThere } from '../../host/files.ts';
import { sha256Of } from '../../host/hash.ts';
import { judgeFacts } from '../../steps/verify/verify-guest.ts';
import { readRun } from '../../trust/read-run.ts';
import type { LabCommand } from '../lab-command.ts';
import { withJson, withProject } from '../options.ts';
import { type ProjectOptions, findRun, openProject } from '../project.ts';
import { table } from '../table.ts';

/** `lab rejudge RUN`: judges the saved facts of a run by today's judges and policy, without guests. Writes nothing; exit code 1 when an outcome differs. */
export const rejudgeCommand: LabCommand = (command, context, finish) => {
  command.argument('<run>', 'run id, part of it, `latest`, or a folder');
  withJson(withProject(command), 'print one JSON object a cell').action(
    async (wanted: string, options: ProjectOptions & { json?: boolean }) => {
      const { config, reports } = await openProject(options, context);
      const folder = await findRun(wanted, reports, context.cwd);
      const { plan, journal } = await readRun(folder, { tolerateTornEnd: true }, callUntil(context.signal));
      const record = foldRecord(plan, journal);
      let differing = 0;
      const rows: string[][] = [];
      for (const cell of record.cells) {
        if (cell.facts === undefined) {
          rows.push([cell.id, cell.outcome.kind, 'no facts', '']);
          continue;
        }
        const bytes = await readBytesIfThere(path.join(folder, 'evidence', cell.facts));
        if (bytes === undefined || sha256Of(bytes) !== cell.facts)
          throw LabError.of('run.evidence-gone', { sha256: cell.facts, cell: cell.id, run: record.runId });
        const check = checks.find((candidate) => candidate.id === cell.check);
        const assurance = record.guests.find((guest) => guest.spec.name === cell.guest)?.assurance ?? 'simulated';
        if (check === undefined) {
          rows.push([cell.id, cell.outcome.kind, 'no such check any more', '']);
          continue;
        }
        const { outcome } = judgeFacts(check, JSON.parse(Buffer.from(bytes).toString('utf8')), config.policy, assurance);
        const same = JSON.stringify(outcome) === JSON.stringify(cell.outcome);
        if (!same) differing += 1;
        if (options.json) context.stdout.write(`${JSON.stringify({ cell: cell.id, before: cell.outcome, now: outcome, same })}\n`);
        rows.push([cell.id, cell.outcome.kind, outcome.kind, same ? 'same' : `differs${whyOf(outcome)}`]);
      }
      if (!options.json) context.stdout.write(`${table([['CELL', 'BEFORE', 'NOW', ''], ...rows])}\n`);
      finish(differing === 0 ? 0 : 1);
    },
  );
};

function whyOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'passed':
      return '';
    case 'failed':
      return `: ${outcome.findings.map((found) => found.message).join('; ')}`;
    case 'skipped':
      return `: ${outcome.reason.text}`;
    case 'inconclusive':
      return `: ${outcome.error.message}`;
  }
}
