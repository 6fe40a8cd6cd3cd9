import type { Test } from 'tap';
import type { Call } from '../../core/call.ts';
import type { Endpoint } from '../../core/guest.ts';
import type { RemotePath } from '../../core/ids.ts';
import type { Secret } from '../../core/secret.ts';
import type { RemoteCommand, Transport } from '../../core/transport.ts';
import { commandContract } from './transport/commands.ts';
import { directoryContract } from './transport/directories.ts';
import { endingContract } from './transport/endings.ts';
import { fileContract } from './transport/files.ts';

/** What is to be run: a line, and who reads it. */
export type GuestLine = Pick<RemoteCommand, 'line' | 'shell'>;

/** Programs of the suite, as lines for the guest. Each runs in whatever JavaScript runtime the guest has; none adds anything to what is said here. */
export interface TransportCommands {
  /** Writes `text` to standard output. */
  readonly echo: (text: string) => GuestLine;
  /** Writes `text` to standard error. */
  readonly stderr: (text: string) => GuestLine;
  /** Ends with this exit code; negative ones are meant as 32-bit numbers. */
  readonly exit: (code: number) => GuestLine;
  /** Copies standard input to standard output until its end. */
  readonly catStdin: GuestLine;
  /** Writes so many times the letter `x` to standard output, and one `y` to standard error after the last. */
  readonly bigOutput: (sizeBytes: number) => GuestLine;
  /** Writes `ready` and a line feed to standard output, and ends after so many milliseconds. */
  readonly sleep: (ms: number) => GuestLine;
  /** Writes the value of an environment variable to standard output. */
  readonly environment: (name: string) => GuestLine;
  /** Writes the current directory to standard output. */
  readonly directory: GuestLine;
}

/** A transport under test and what the suite needs around it. */
export interface TransportRig<E extends Endpoint = Endpoint> {
  readonly transport: Transport<E>;
  readonly endpoint: E;
  /** The endpoint as somebody with another password would describe it. */
  readonly withPassword: (password: Secret) => E;
  readonly commands: TransportCommands;
  /** An existing folder in the guest that is the suite's own. */
  readonly folder: RemotePath;
  /** A folder that commands of the suite can be started in, as the guest itself writes it. */
  readonly workingDirectory: RemotePath;
  /** Whether a program has surely started after so many milliseconds: how long a test of a time-out lasts. */
  readonly startUpMs: number;
  /** Whether exit codes have all of their 32 bits. Absent: they have; those of other systems have eight. */
  readonly wideExitCodes?: boolean;
  /** How many commands of the suite run in the guest, where that can be told. */
  readonly running?: () => number | Promise<number>;
  /** Takes the guest away, as if its plug had been pulled. The suite does that last. */
  readonly loseGuest: () => Promise<void>;
  /** A fresh call for each question, long enough for any of them. */
  readonly call: () => Call;
}

const LIMIT_MS = 300_000;

/** What every transport promises, over whatever it talks to. The guest is gone afterwards. */
export async function transportContract<E extends Endpoint>(t: Test, name: string, rig: TransportRig<E>): Promise<void> {
  await t.test(name, { timeout: LIMIT_MS }, async (t) => {
    await commandContract(t, rig);
    await fileContract(t, rig);
    await directoryContract(t, rig);
    await endingContract(t, rig);
  });
}
