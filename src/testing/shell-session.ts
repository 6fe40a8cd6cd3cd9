import { execFileSync, spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';

/** Why a shell cannot be tried; `false` where it can. */
export function noShell(shell: string, needs: Readonly<Record<string, string>>): string | false {
  const missing = Object.entries(needs).filter(([program]) => !isThere(program));
  return missing.length === 0 ? false : `${shell} cannot be tried: apt-get install ${missing.map(([, name]) => name).join(' ')}`;
}

function isThere(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v "${program}"`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A shell on a terminal of its own. For tests. */
export interface ShellSession extends Disposable {
  /** Types a line, Tab keys and all, and gives the arguments that `anivault` was called with. Throws when that takes too long. */
  readonly type: (line: string) => Promise<readonly string[]>;
}

/** Shell code for a program that does nothing but tell its arguments. */
export const TELLING = 'anivault() { printf \'CALLED\'; printf "<%s>" "$@"; printf \'DONE\\n\'; }';

const LIMIT_MS = 20_000;
const POLL_MS = 20;

/** Starts a shell whose settings load {@link TELLING}. */
export function openShell(command: string, folder: string, environment: Readonly<Record<string, string>>): ShellSession {
  const { PATH } = process.env;
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    cwd: folder,
    env: { PATH, HOME: folder, TERM: 'xterm', COLUMNS: '200', LANG: 'C.UTF-8', ...environment },
    detached: true,
  });
  let said = '';
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
  return {
    type: async (line) => {
      said = '';
      child.stdin.write(line.endsWith('\n') ? line : `${line}\n`);
      for (const end = performance.now() + LIMIT_MS; performance.now() < end; await setTimeout(POLL_MS)) {
        // CALLED<scan><new anime/>DONE
        const [, args] = /CALLED((?:<[^>]*>)*)DONE/.exec(said) ?? [];
        if (args !== undefined) return [...args.matchAll(/<([^>]*)>/g)].map(([, argument]) => argument as string);
        if (child.exitCode !== null) break;
      }
      throw new Error(`the shell did not call the program for ${JSON.stringify(line)}: ${JSON.stringify(said)}`);
    },
    [Symbol.dispose]: () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    },
  };
}
