import { makePlan } from '../../core/make-plan.ts';
import { checks } from '../../checks/index.ts';
import { scanners } from '../../steps/scan/scanners.ts';
import type { LabCommand } from '../lab-command.ts';
import { type SelectionOptions, selectionOf, withJson, withProject, withSelection } from '../options.ts';
import { type ProjectOptions, openProject } from '../project.ts';
import { table } from '../table.ts';

/** `lab plan`: what a run would ask of which guest, without starting anything. */
export const planCommand: LabCommand = (command, context) => {
  withJson(withSelection(withProject(command)), 'print the plan as JSON').action(
    async (options: ProjectOptions & SelectionOptions & { json?: boolean }) => {
      const { config } = await openProject(options, context);
      const plan = makePlan(config, checks, scanners, selectionOf(options));
      if (options.json) {
        context.stdout.write(`${JSON.stringify(plan, undefined, 2)}\n`);
        return;
      }
      const rows = plan.cells.map((cell) => {
        const spec = plan.guests.find((guest) => guest.name === cell.guest);
        return [
          cell.guest,
          `${spec?.os} ${spec?.build}`,
          cell.check,
          cell.lane === 'host' ? 'alone' : 'in parallel',
          cell.skip?.text ?? `from ${cell.startsFrom}`,
        ];
      });
      context.stdout.write(`${table([['GUEST', 'SYSTEM', 'CHECK', 'RUNS', ''], ...rows])}\n`);
    },
  );
};
