import { styleText } from 'node:util';
import { LabError } from '../../core/error.ts';
import type { Diagnosis } from '../../core/guest.ts';
import { callUntil, callWithin } from '../../engine/deadline.ts';
import { diagnoseHost } from '../../host/diagnose-host.ts';
import { diagnoseSigning } from '../../steps/sign/diagnose-signing.ts';
import { wantsColour } from '../cli-context.ts';
import type { LabCommand } from '../lab-command.ts';
import { collect, withJson, withProject } from '../options.ts';
import { type ProjectOptions, openProject } from '../project.ts';
import { providerSettings, wire } from '../wiring.ts';

type DoctorOptions = ProjectOptions & { json?: boolean; provider?: readonly string[] };

const LIMIT_MS = 60_000;
const signs: Readonly<Record<Diagnosis['state'], string>> = { ok: '✓', warning: '!', missing: '✗' };
const colours: Readonly<Record<Diagnosis['state'], 'green' | 'yellow' | 'red'>> = { ok: 'green', warning: 'yellow', missing: 'red' };

/** `lab doctor`: everything a run needs of this machine, asked for all at once, each lack with its remedy. Exit code 3 when something is missing. */
export const doctorCommand: LabCommand = (command, context, finish) => {
  command.option('--provider <name>', 'only guests of this provider (repeat, or separate by commas)', collect);
  withJson(withProject(command), 'print one JSON object a finding').action(async (options: DoctorOptions) => {
    const { root, config, reports } = await openProject(options, context);
    const known = [...new Set(config.guests.map((spec) => spec.provider))];
    for (const name of options.provider ?? [])
      if (!known.some((one) => one === name)) throw LabError.of('usage.unknown-name', { what: 'provider', name, known: known.join(', ') });
    const asked = config.guests.filter((spec) => options.provider?.includes(spec.provider) ?? !spec.onRequest);
    const wiring = wire(root, context, providerSettings(root, config));
    using call = callWithin(LIMIT_MS, 'the examination', wiring.clock, callUntil(context.signal));
    const providers = [...new Set(asked.map((spec) => wiring.providerOf(spec)))];
    const groups = await Promise.all([
      diagnoseHost(wiring.folders, reports, call),
      diagnoseSigning(config.signing, { projectRoot: root, folders: wiring.folders, ...wiring.signing }, wiring.clock, call),
      ...providers.map(async (provider) =>
        (await provider.doctor(call)).map((diagnosis) => ({ ...diagnosis, subject: `${provider.name}: ${diagnosis.subject}` })),
      ),
    ]);
    const found = groups.flat();
    const colour = wantsColour(context);
    for (const diagnosis of found) {
      if (options.json) {
        context.stdout.write(`${JSON.stringify(diagnosis)}\n`);
        continue;
      }
      const sign = colour ? styleText(colours[diagnosis.state], signs[diagnosis.state], { validateStream: false }) : signs[diagnosis.state];
      context.stdout.write(`${sign} ${diagnosis.subject}: ${diagnosis.message}\n${diagnosis.hint ? `    next: ${diagnosis.hint}\n` : ''}`);
    }
    const missing = found.filter(({ state }) => state === 'missing').length;
    const warnings = found.filter(({ state }) => state === 'warning').length;
    if (!options.json) context.stdout.write(`${conclusion(missing, warnings)}\n`);
    finish(missing === 0 ? 0 : 3);
  });
};

function conclusion(missing: number, warnings: number): string {
  if (missing === 0 && warnings === 0) return 'This machine can run the lab.';
  if (missing === 0) return `This machine can run the lab, with ${warnings === 1 ? 'the warning' : `the ${warnings} warnings`} above.`;
  return `This machine cannot run the lab: ${missing} thing${missing === 1 ? ' is' : 's are'} missing.`;
}
