import type { ExitCode } from '../core/exit-code.ts';
import type { Surroundings } from './context.ts';
import { streamWriter } from './stream-writer.ts';
import { versionEvent, versionText } from './version.ts';

/**
 * Runs one command line from its arguments to its exit code. Everything it prints is out when the promise resolves. Never throws but for a stream that
 * cannot be written.
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  // What scripts ask again and again must not cost loading the definitions of all commands.
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) return await tellVersion(surroundings);
  const { runLine } = await import('./run-line.ts');
  return await runLine(args, surroundings);
}

async function tellVersion({ stdout }: Surroundings): Promise<ExitCode> {
  const out = streamWriter(stdout);
  await out.write(versionText(versionEvent()));
  await out.flush();
  return 0;
}
