import { checks } from '../../checks/index.ts';
import { type Assurance, assuranceLabel } from '../../core/assurance.ts';
import { FOLD_VERSION } from '../../core/record.ts';
import { callUntil } from '../../engine/deadline.ts';
import { factsFormat } from '../../steps/verify/verify-guest.ts';
import { loadTrustedKeys } from '../../trust/keys.ts';
import { type RunVerification, verifyRun } from '../../trust/verify-run.ts';
import { foldersIn } from '../../host/folders.ts';
import { validate } from '../../core/validate.ts';
import type { LabCommand } from '../lab-command.ts';
import { withJson, withProject } from '../options.ts';
import { type ProjectOptions, findRun, reportsFolder } from '../project.ts';

/** A run of another version is neither good nor bad: the lab cannot decide. */
const exitCodes: Readonly<Record<RunVerification['outcome'], number>> = { verified: 0, refused: 1, 'sealed-only': 3 };

/**
 * `lab verify RUN`: checks that nothing of a sealed run has changed since, and that its record is what its journal says. Exit code 1 otherwise, 3 when
 * another version of the lab made the record, so that only the first can be told.
 */
export const verifyCommand: LabCommand = (command, context, finish) => {
  command.argument('<run>', 'run id, part of it, `latest`, or a folder');
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
      else for (const line of linesOf(result, folder)) context.stdout.write(`${line}\n`);
      finish(exitCodes[result.outcome]);
    },
  );
};

function linesOf(result: RunVerification, folder: string): readonly string[] {
  switch (result.outcome) {
    case 'verified':
      return [`✓ ${folder}`, sealLine(result), verdictLine(result.record)];
    case 'sealed-only':
      return [
        `? ${folder}`,
        sealLine(result),
        `  sealed by another version of the lab (${result.sealedBy.labVersion}, fold ${result.sealedBy.fold}; this lab knows ${FOLD_VERSION}): seal checked, fold not repeated`,
        `${verdictLine(result.claims)} by its own account`,
        'Whether the record is what the journal says, only that version can tell.',
      ];
    case 'refused': {
      const neverSealed = result.problems.some(({ code }) => code === 'seal-missing');
      const meaning = neverSealed ? 'this run was never sealed, or its seal is gone' : 'this run is not what was sealed';
      return [
        ...result.problems.map((problem) => `✗ ${problem.message}`),
        `${result.problems.length} problem${result.problems.length === 1 ? '' : 's'}: ${meaning}.`,
      ];
    }
  }
}

const sealLine = ({ keyId, files }: { readonly keyId: string; readonly files: number }): string =>
  `  sealed by key ${keyId}, ${files} files, not one byte changed`;

const verdictLine = ({ verdict, assurance }: { readonly verdict: string; readonly assurance?: Assurance | undefined }): string =>
  `  verdict ${verdict}, ${assurance ? assuranceLabel[assurance] : 'no guest came up'}`;
