import { Command, CommanderError, type Help } from 'commander';
import { LabError } from '../core/error.ts';
import { Masker } from '../core/secret.ts';
import type { CliContext } from './cli-context.ts';
import { DEFAULT_COMMAND, commands } from './commands/index.ts';
import { labVersion } from './package-version.ts';
import { showError } from './show-error.ts';

const AFTER_HELP = `
Exit codes: 0 accepted · 1 rejected (the product) · 2 usage or configuration · 3 blocked (the lab could not decide) · 130 interrupted

Examples:
  npm run lab                              build, bundle, verify on every guest, report, seal
  npm run lab -- --guest win11 --check benchmark
  npm run lab -- doctor                    what this machine lacks
  npm run lab -- verify latest             check the seal of the newest run
  npm run lab -- guest start win11         look inside a fresh guest
  npm run lab -- winrm test 192.0.2.10     what a Windows host offers, and what is wrong with it`;

/**
 * The whole command line as a commander program, for running it and for documenting it. Where one command is `wanted`, the others are there by name and
 * description only: loading all of them takes longer than most of them run.
 */
export async function labProgram(
  version: string,
  context: CliContext,
  finish: (exitCode: number) => void,
  wanted?: string,
): Promise<Command> {
  const program = new Command('lab')
    .description('Verifies an AniVault release on fresh Windows guests and writes a sealed report.')
    .version(version, '--version', 'print the version of the lab')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showSuggestionAfterError()
    // What follows the name of a command is the command's alone: `guest exec win10 -- dir /b` keeps its own dashes.
    .enablePositionalOptions()
    .addHelpText('after', AFTER_HELP)
    .configureHelp({
      helpWidth: Math.min(context.stdout.columns ?? 100, 120),
      sortSubcommands: false,
      subcommandTerm: (command) => `${command.name()} ${command.usage()}`,
    } satisfies Partial<Help>);
  for (const { name, description, usage, load } of commands) {
    const command = program.command(name, { isDefault: name === DEFAULT_COMMAND }).description(description);
    if (wanted === undefined || wanted === name) (await load())(command, context, finish);
    else command.usage(usage);
  }
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      // `showError` tells what is wrong.
      outputError: () => {},
    });
    command.commands.forEach(quiet);
  };
  quiet(program);
  return program;
}

/** The name of the command that a command line is for; a word that is none is for the one that says so. */
function commandIn([first, second]: readonly string[]): string {
  const named = first === 'help' ? second : first;
  if (first === 'help' && second === undefined) return 'help';
  // What is about the lab itself: commander answers it without any command.
  if (named !== undefined && ['--help', '-h', '--version'].includes(named)) return 'help';
  return commands.some(({ name }) => name === named) ? (named ?? DEFAULT_COMMAND) : DEFAULT_COMMAND;
}

/** Runs one command line. Resolves with the exit code; never rejects, never exits the process. */
export async function runCli(args: readonly string[], outer: CliContext): Promise<number> {
  const context: CliContext = { ...outer, masker: outer.masker ?? new Masker() };
  let exitCode = 0;
  try {
    const set = (code: number): void => {
      exitCode = code;
    };
    const program = await labProgram(await labVersion(), context, set, commandIn(args));
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version come as errors with exit code 0.
      if (error.exitCode === 0) return 0;
      // `lab guest` without saying what: commander has shown the help of it.
      if (error.code === 'commander.help') return 2;
      return showError(LabError.of('usage.invalid', { problem: error.message.replace(/^error: /, '') }), context);
    }
    return showError(context.signal.aborted ? context.signal.reason : error, context);
  }
  return exitCode;
}
