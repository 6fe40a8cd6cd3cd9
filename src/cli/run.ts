import { type Command as CommandLine, CommanderError } from 'commander';
import { type ExitCode, exitCodes } from '../core/exit-code.ts';
import { logLevel } from '../log/log-level.ts';
import { openLog } from '../log/open-log.ts';
import { makeMasker } from '../settings/masker.ts';
import { withSubcommands } from './command-line.ts';
import { type GlobalChoices, globalChoices, earlyChoices } from './global-options.ts';
import type { Surroundings } from './context.ts';
import { errorEvent } from './error-event.ts';
import { recorded, tellError } from './event-log.ts';
import { openOutput } from './output.ts';
import { makeProgram } from './program.ts';
import { versionEvent } from './version.ts';

const VERSION = 'anivault.version';

/**
 * Runs one command line from its arguments to its exit code. Everything it prints is out when the promise resolves. Never throws but for a stream that
 * cannot be written.
 *
 * When nobody reads the output any more, what only looks ends early, and that is a success; what was told to change files carries on, and its exit code
 * says how that went.
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { environment } = surroundings;
  const masker = makeMasker();
  masker.add(environment['ANIVAULT_TMDB_KEY']?.trim() ?? '');
  const output = openOutput(surroundings, masker);
  // Until the line is understood, a look at the arguments decides in which form an error of use is told.
  let choices: GlobalChoices = earlyChoices(args);
  let exitCode: ExitCode = exitCodes.success;
  let usage = '';

  const program = makeProgram(async (load, options, line) => {
    choices = globalChoices(line);
    const changes = line.opts()['apply'] === true;
    const signal = changes ? surroundings.signal : AbortSignal.any([surroundings.signal, output.unread]);
    await using log = openLog(environment, choices.logLevel ?? (await logLevel(environment)), masker);
    const emit = recorded(log, await output.emitter(choices));
    const progress = output.progress(choices);
    const command = await load();
    const start = performance.now();
    log.info(`${fullName(line)} starts`, { json: choices.json, verbose: choices.verbose });
    try {
      exitCode = await command(options, { ...surroundings, signal, emit, log, progress, masker, yes: choices.yes });
    } catch (error) {
      // The loop that ended was for a reader who has seen enough.
      if (error !== output.unread.reason) {
        exitCode = tellError(log, error);
        throw error;
      }
    } finally {
      log.info(`${fullName(line)} ends`, { exitCode, durationMs: Math.round(performance.now() - start) });
    }
  });
  const forHelp = output.forHelp(choices);
  for (const line of withSubcommands(program)) {
    line.exitOverride().configureHelp(forHelp.help);
    line.configureOutput({ ...forHelp.output, writeErr: (text) => (usage += text) });
  }
  program.on('option:version', () => {
    throw new CommanderError(exitCodes.success, VERSION, '');
  });

  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    const emit = await output.emitter(choices);
    if (error instanceof CommanderError && error.code === VERSION) await emit(versionEvent());
    else if (!(error instanceof CommanderError && error.exitCode === 0)) {
      const event = errorEvent(error, usage);
      exitCode = event.exitCode as ExitCode;
      await emit(event);
      if (!choices.json && event.code === 'bug') await output.tellTrace(error);
    }
  }
  await output.flush();
  return exitCode;
}

/** `cache clear` */
const fullName = (line: CommandLine): string => (line.parent?.parent ? `${fullName(line.parent)} ` : '') + line.name();
