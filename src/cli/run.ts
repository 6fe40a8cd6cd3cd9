import { CommanderError } from 'commander';
import type { CliEvent } from '../contract/cli-event.ts';
import { buildInfo } from '../core/build-info.ts';
import { type ExitCode, exitCodes } from '../core/exit-code.ts';
import { ProgramError } from '../core/program-error.ts';
import type { Emit, Surroundings } from './context.ts';
import { humanText } from './human-text.ts';
import { openFileLog } from '../log/file-log.ts';
import { logFolder } from '../log/open-log.ts';
import { withSubcommands } from './command-line.ts';
import { makeProgram } from './program.ts';
import { noProgress } from './progress.ts';
import { streamWriter } from './stream-writer.ts';

/**
 * Runs one command line from its arguments to its exit code. Everything it prints is out when the promise resolves. Never throws but for a stream that
 * cannot be written.
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const [out, err] = [streamWriter(surroundings.stdout), streamWriter(surroundings.stderr)];
  const people = humanText(out, err);
  let exitCode: ExitCode = exitCodes.success;
  // Until the command line is understood, a look at the arguments decides in which form an error of use is told.
  const asJson = args.includes('--json');
  const emitAs = async (json: boolean): Promise<Emit> => (json ? (await import('./json-lines.ts')).jsonLines(out) : people);

  let usage = '';
  const program = makeProgram(async (load, options, line) => {
    const emit = await emitAs(line.optsWithGlobals()['json'] === true);
    const command = await load();
    await using log = openFileLog({ folder: logFolder(surroundings.environment), level: 'off' });
    exitCode = await command(options, { ...surroundings, emit, log, progress: noProgress, yes: false });
  });
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({ writeOut: (text) => void out.write(text), writeErr: (text) => (usage += text) });
  }
  program.on('option:version', () => {
    throw new CommanderError(exitCodes.success, 'anivault.version', '');
  });

  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'anivault.version') await (await emitAs(asJson))(versionEvent());
    else if (!(error instanceof CommanderError && error.exitCode === 0)) {
      const event = errorEvent(error, usage);
      exitCode = event.exitCode as ExitCode;
      await (
        await emitAs(asJson)
      )(event);
      if (!asJson && event.code === 'bug') await err.write(`${(error as Error).stack ?? ''}\n`);
    }
  }
  await out.flush();
  await err.flush();
  return exitCode;
}

function versionEvent(): CliEvent {
  const { version, commit, packager } = buildInfo;
  // Bun says what Node it takes itself for, too.
  const { node, bun } = process.versions;
  const runtime = bun === undefined ? `node ${node}` : `bun ${bun}`;
  return {
    type: 'version',
    schema: 'cli-event.v1',
    program: 'anivault',
    version,
    commit,
    packager,
    runtime,
    platform: process.platform,
    architecture: process.arch,
  };
}

function errorEvent(error: unknown, usage: string): Extract<CliEvent, { type: 'error' }> {
  if (error instanceof CommanderError) {
    // error: unknown option '--aply'\n(Did you mean --apply?)\nRun with --help …
    const [message = error.message, ...more] = usage.trim().split('\n');
    return {
      type: 'error',
      code: 'usage',
      message: message.replace(/^error: /, ''),
      hint: more.filter((line) => line !== '').join(' '),
      exitCode: exitCodes.fatal,
    };
  }
  const known =
    error instanceof ProgramError ? error : new ProgramError('bug', error instanceof Error ? error.message : String(error), error);
  return { type: 'error', code: known.code, message: known.message, hint: known.hint, exitCode: known.exitCode };
}
