import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LabError } from '../../core/error.ts';
import { type Sha256, sha256 } from '../../core/ids.ts';
import type { Masker, Secret } from '../../core/secret.ts';
import { readTextIfThere } from '../../host/files.ts';
import { askSecretly } from './ask-secretly.ts';
import type { CliContext } from '../cli-context.ts';
import { passwordWays } from './guest-address.ts';

/** How to log in to a host that is given by its address. */
export interface LoginOptions {
  readonly user?: string;
  readonly passwordEnv?: string;
  readonly passwordFile?: string;
  readonly authentication?: 'basic' | 'ntlm' | 'auto';
  readonly certificateSha256?: Sha256;
  readonly ca?: string;
}

/** The same with what only SSH and copies need. */
export interface ReachOptions extends LoginOptions {
  readonly identity?: string;
  readonly hostKey?: string;
  readonly toolkit?: 'powershell' | 'agent';
  /** Copies only. */
  readonly pullFrom?: string;
}

/** Adds `--user`, the ways to give a password, and what WinRM needs besides. */
export const withLogin = (command: Command, defaultAuthentication: 'auto' | 'ntlm'): Command =>
  command
    .option('--user <name>', 'who logs in: name, DOMAIN\\name or name@domain')
    .option('--password-env <variable>', 'environment variable that holds the password')
    .option('--password-file <file>', 'file that holds the password in its first line')
    .addOption(new Option('--password [word]').hideHelp().preset('').argParser(refusePassword))
    .addOption(
      new Option('--authentication <scheme>', 'how to log in over WinRM').choices(['ntlm', 'basic', 'auto']).default(defaultAuthentication),
    )
    .option('--certificate-sha256 <digest>', 'the certificate that the host has to show, whoever issued it', pinned)
    .option('--ca <file>', 'certificates (PEM) that are trusted instead of the system’s');

/** Adds what only SSH and copies need. */
export const withReach = (command: Command): Command =>
  withLogin(command, 'ntlm')
    .option('--identity <file>', 'private key for SSH; a password is then that of the key')
    .option('--host-key <digest>', 'the key that the SSH server has to show: SHA256:…')
    .addOption(new Option('--toolkit <kind>', 'what receives files in the guest').choices(['powershell', 'agent']).default('powershell'));

function refusePassword(): never {
  throw LabError.of('usage.invalid', {
    problem: `A password does not belong on a command line, where every user of this machine can read it: ${passwordWays}`,
  });
}

/** Adds what only copies need. */
export const withPull = (command: Command): Command =>
  command.option('--pull-from <address>', 'let the guest fetch over HTTP from this address of this machine, which is faster', ownAddress);

/** 192.0.2.1, 2001:db8::1 */
function ownAddress(text: string): string {
  if (!/^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*(?::[0-9a-f]*){2,7}(?:\.\d{1,3}){0,3})$/i.test(text))
    throw new InvalidArgumentError('an address of this machine is wanted; `lab winrm test` shows the one that a guest reaches');
  return text;
}

/** `AB:CD:…` or 64 digits. */
function pinned(text: string): Sha256 {
  const digits = text.replaceAll(/[:\s]/g, '').toLowerCase();
  if (/^[0-9a-f]{40}$/.test(digits))
    throw new InvalidArgumentError(
      'that is a SHA-1 thumbprint as Windows shows it; the pin is SHA-256 (docs/guide/winrm.md says how to see it)',
    );
  try {
    return sha256(digits);
  } catch {
    throw new InvalidArgumentError('64 hexadecimal digits are wanted, with or without colons');
  }
}

/** Longer ones are no passwords. */
const MOST_PASSWORD_CHARACTERS = 4096;

/**
 * The password, from where the options say, else from the person at the terminal. It is known to the masker before anybody can show it. Throws
 * `usage.invalid` where it is not to be had.
 */
export async function passwordFor(whose: string, options: LoginOptions, masker: Masker, context: CliContext): Promise<Secret> {
  const { passwordEnv, passwordFile } = options;
  if (passwordEnv !== undefined && passwordFile !== undefined)
    throw LabError.of('usage.invalid', { problem: 'Give one of --password-env and --password-file' });
  let found: string | undefined;
  if (passwordEnv !== undefined) {
    found = context.environment[passwordEnv];
    if (!found) throw LabError.of('usage.invalid', { problem: `The environment variable ${passwordEnv} is not set` });
  } else if (passwordFile !== undefined) {
    found = (await textOfFile(passwordFile, context)).split(/\r?\n/, 1)[0];
    if (!found) throw LabError.of('usage.invalid', { problem: `${passwordFile} has nothing in its first line` });
  } else {
    found = await askSecretly(`Password of ${whose}: `, context);
    if (found === undefined) throw LabError.of('usage.invalid', { problem: `No password of ${whose}, and nobody to ask: ${passwordWays}` });
  }
  if (found.length > MOST_PASSWORD_CHARACTERS)
    throw LabError.of('usage.invalid', { problem: `The password of ${whose} has more than ${MOST_PASSWORD_CHARACTERS} characters` });
  return masker.secret(found);
}

/** The text of a file that an option names. */
export async function textOfFile(file: string, context: CliContext): Promise<string> {
  const full = path.resolve(context.cwd, file);
  let text: string | undefined;
  let reason = 'it is not there';
  try {
    text = await readTextIfThere(full);
  } catch (error) {
    reason = (error as NodeJS.ErrnoException).code ?? String(error);
  }
  if (text === undefined) throw LabError.of('usage.invalid', { problem: `${file} cannot be read: ${reason}` });
  return text;
}
