import path from 'node:path';
import { Option } from 'commander';
import { checks } from '../../checks/index.ts';
import type { LabConfig } from '../../core/config.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { makePlan } from '../../core/make-plan.ts';
import { exitCodeOf } from '../../core/record.ts';
import type { Reporter } from '../../core/reporter.ts';
import { callUntil } from '../../engine/deadline.ts';
import { runLab } from '../../flow.ts';
import { reporters } from '../../reporters/index.ts';
import { wantsColour } from '../cli-context.ts';
import { scanners } from '../../steps/scan/scanners.ts';
import type { LabCommand } from '../lab-command.ts';
import { holdGuests } from '../hold-guests.ts';
import {
  type PackagerOptions,
  type SelectionOptions,
  selectionOf,
  withJson,
  withPackager,
  withPackagerOf,
  withProject,
  withSelection,
} from '../options.ts';
import { labVersion } from '../package-version.ts';
import { type ProjectOptions, newRunId, openProject } from '../project.ts';
import { errorText } from '../show-error.ts';
import { flowParts, providerSettings, wire, withKeep } from '../wiring.ts';

type RunOptions = ProjectOptions & SelectionOptions & PackagerOptions & { readonly json?: boolean; readonly keep?: LabConfig['keep'] };

/** `lab run`, also what `lab` does when no command is named: the whole job. */
export const runCommand: LabCommand = (command, context, finish) => {
  // A word that is no command ends up here, since this is what runs without one.
  command
    .argument('[nothing...]')
    .usage('[options]')
    .configureHelp({ visibleArguments: () => [] });
  withJson(withPackager(withSelection(withProject(command))), 'print the journal as NDJSON instead of progress')
    .addOption(new Option('--keep <when>', 'whether guests outlive the run').choices(['never', 'on-failure', 'always']))
    .action(async (words: readonly string[], options: RunOptions) => {
      if (words[0] !== undefined) {
        const known = (command.parent?.commands ?? []).map((each) => each.name()).join(', ');
        throw LabError.of('usage.unknown-name', { what: 'command', name: words[0], known });
      }
      const opened = await openProject(options, context);
      const config = withPackagerOf(withKeep(opened.config, options.keep), options.packager);
      const project = { ...opened, config };
      const plan = makePlan(config, checks, scanners, selectionOf(options));
      const wiring = wire(project.root, context, providerSettings(project.root, project.config));
      const runId = newRunId(wiring.clock);
      const runFolder = path.join(project.reports, runId) as LocalPath;
      const shown: Reporter = options.json
        ? reporters.json({ stream: context.stdout })
        : reporters.terminal({
            stream: context.stdout,
            isTty: context.stdout.isTTY === true && context.environment['TERM'] !== 'dumb' && !context.environment['CI'],
            columns: context.stdout.columns ?? 100,
            colour: wantsColour(context),
            clock: wiring.clock,
            reportPath: path.relative(context.cwd, path.join(runFolder, 'report.html')),
          });
      const call = callUntil(context.signal);
      const parts = await flowParts(project, wiring, {
        // What shows the run to the person comes last: it names the files that the others have written.
        reporters: [reporters.html(), reporters.security(), shown],
        holdGuests: (leases, holding) => holdGuests(leases, wiring, context, options.json === true, holding),
      });
      try {
        const request = { runId, runFolder, labVersion: await labVersion(), command: `lab ${command.name()}`, config, plan };
        const { record, reporterFailures } = await runLab(request, parts, call);
        for (const { error } of reporterFailures) context.stderr.write(errorText(error, false));
        finish(record.verdict === 'accepted' && reporterFailures.length > 0 ? exitCodeOf('blocked') : exitCodeOf(record.verdict));
      } finally {
        shown.close?.();
      }
    });
};
