import os from 'node:os';
import path from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder for what the program keeps between runs and nobody else may write: `%LOCALAPPDATA%\AniVault` on Windows, `$XDG_STATE_HOME/anivault` or
 * `~/.local/state/anivault` elsewhere. It need not exist.
 */
export function stateFolder(environment: Environment, platform: NodeJS.Platform = process.platform): string {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const absolute = (value: string | undefined): string | undefined => (value && paths.isAbsolute(value) ? value : undefined);
  if (platform === 'win32') {
    const local =
      absolute(environment['LOCALAPPDATA']) ?? paths.join(absolute(environment['USERPROFILE']) ?? os.homedir(), 'AppData', 'Local');
    return paths.join(local, 'AniVault');
  }
  const home = absolute(environment['HOME']) ?? os.homedir();
  return paths.join(absolute(environment['XDG_STATE_HOME']) ?? paths.join(home, '.local', 'state'), 'anivault');
}
