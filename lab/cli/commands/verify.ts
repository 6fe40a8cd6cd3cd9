import { checks } from '../../checks/index.ts';
import { assuranceLabel } from '../../core/assurance.ts';
import { callUntil } from '../../engine/deadline.ts';
import { factsFormat } from '../../steps/verify/verify-guest.ts';
import { loadTrustedKeys } from '../../trust/keys.ts';
import { verifyRun } from '../../trust/verify-run.ts';
import { foldersIn } from '../../host/folders.ts';
import { validate } from '../../core/validate.ts';
import type { LabCommand } from '../lab-command.ts';
import { withJson, withProject } from '../options.ts';
import { type ProjectOptions, findRun, reportsFolder } from '../project.ts';

/** `lab verify RUN`: checks that nothing of a sealed run has changed since, and that its record is what its journal says. Exit code 1 otherwise. */
export const verifyCommand: LabCommand = (program, context, finish) => {
  const command = program
    .command('verify')
    .description('check the seal of a run: every byte, the journal, the record')
    .argument('<run>', 'run id, part of it, `latest`, or a folder');
  withJson(withProject(command), 'print the result as one JSON object').action(
    async (wanted: string, options: ProjectOptions & { json?: boolean }) => {
      const folder = await findRun(wanted, reportsFolder(options, context), context.cwd);
      const trustedKeys = await loadTrustedKeys(foldersIn(context.environment).state, callUntil(context.signal));
      const validateFacts = (check: string, facts: unknown, source: string): void => {
        const known = checks.find((candidate) => candidate.id === check);
        if (known) validate(factsFormat(known), facts, source);
      };
      const result = await verifyRun({ folder, trustedKeys, validateFacts }, callUntil(context.signal));
      if (options.json) context.stdout.write(`${JSON.stringify(result)}\n`);
      else {
        for (const problem of result.problems) context.stdout.write(`✗ ${problem.message}\n`);
        if (result.ok) {
          const { verdict, assurance } = result.record;
          context.stdout.write(`✓ ${folder}\n  sealed by key ${result.keyId}, ${result.files} files, not one byte changed\n`);
          context.stdout.write(`  verdict ${verdict}, ${assurance ? assuranceLabel[assurance] : 'no guest came up'}\n`);
        } else {
          const unsealed = result.problems.some(({ code }) => code === 'seal-missing');
          const meaning = unsealed ? 'this run was never sealed, or its seal is gone' : 'this run is not what was sealed';
          context.stdout.write(`${result.problems.length} problem${result.problems.length === 1 ? '' : 's'}: ${meaning}.\n`);
        }
      }
      finish(result.ok ? 0 : 1);
    },
  );
};
