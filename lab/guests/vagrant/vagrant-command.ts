import { setTimeout as wait } from 'node:timers/promises';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { exec } from '../../host/exec.ts';
import { type VagrantMessage, readMachineLine } from './machine-readable.ts';
import { isLocked, vagrantError } from './vagrant-error.ts';

/** Where and how Vagrant works. */
export interface VagrantSettings {
  /** The program; a name is looked for on the PATH. */
  readonly program: string;
  /** Folder of the Vagrantfile. */
  readonly folder: string;
  /** Where Vagrant keeps what it knows of the machines of one lease. Absent: asked about no machine. */
  readonly dataFolder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Tells the Vagrantfile which hypervisor is meant. */
export const hypervisorEnv = (hypervisor: string): Readonly<Record<string, string>> => ({ LAB_VAGRANT_HYPERVISOR: hypervisor });

/** One command for Vagrant. */
export interface VagrantRequest {
  readonly args: readonly string[];
  /** Name of the machine, for errors. */
  readonly machine: string;
  readonly onMessage?: (message: VagrantMessage) => void;
  /** Told when another process of Vagrant's works on the machine. Waiting ends after `lockWaitMs`. */
  readonly onLocked?: () => void;
  readonly lockWaitMs?: number;
}

/** How long another process may work on a machine before the lab gives up. */
const LOCK_WAIT_MS = 120_000;
const LOCK_POLL_MS = 1000;
/** Kept of what a command says, the end of it. */
const MOST_MESSAGES = 5000;
const MOST_ERROR_CHARACTERS = 64_000;

/**
 * Runs one command and gives what it said, in the order it was said. Vagrant refuses a machine that another process works on, and at once: that is
 * tried again until it is free or the wait is over. Any other failure throws what {@link vagrantError} makes of it; when the call is aborted,
 * Vagrant and what it started are ended and the signal's reason is thrown.
 */
export async function runVagrant(settings: VagrantSettings, request: VagrantRequest, call: Call): Promise<readonly VagrantMessage[]> {
  const endsAtMs = performance.now() + (request.lockWaitMs ?? LOCK_WAIT_MS);
  for (;;) {
    try {
      return await runOnce(settings, request, call);
    } catch (error) {
      if (!isLocked(error) || performance.now() + LOCK_POLL_MS > endsAtMs) throw error;
      request.onLocked?.();
      await wait(LOCK_POLL_MS, undefined, { signal: call.signal }).catch(() => {});
      call.signal.throwIfAborted();
    }
  }
}

async function runOnce(settings: VagrantSettings, request: VagrantRequest, call: Call): Promise<readonly VagrantMessage[]> {
  const messages: VagrantMessage[] = [];
  let complaint = '';
  const onLine = (line: string, stream: 'stdout' | 'stderr'): void => {
    if (stream === 'stderr') {
      complaint = `${complaint}${line}\n`.slice(-MOST_ERROR_CHARACTERS);
      return;
    }
    const message = readMachineLine(line);
    request.onMessage?.(message);
    if (message.kind === 'progress') return;
    messages.push(message);
    if (messages.length > MOST_MESSAGES) messages.shift();
  };
  const result = await exec(settings.program, [...request.args, '--machine-readable'], call, {
    cwd: settings.folder,
    env: environmentOf(settings),
    onLine,
  }).catch((error: unknown) => {
    call.signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw LabError.of('vagrant.missing', { program: settings.program });
    throw error;
  });
  call.signal.throwIfAborted();
  if (result.exitCode === 0) return messages;
  const told = messages.findLast((message) => message.kind === 'error');
  const said = messages.flatMap((message) => (message.kind === 'ui' && message.level === 'error' ? [message.text] : []));
  throw vagrantError({
    command: `vagrant ${request.args.join(' ')}`,
    machine: request.machine,
    ...(told ? { errorClass: told.errorClass } : {}),
    text: told?.text ?? (said.join('\n') || complaint),
    exitCode: result.exitCode,
    signal: result.signal,
  });
}

const environmentOf = ({ folder, dataFolder, env }: VagrantSettings): Readonly<Record<string, string>> => ({
  // Asks its makers for newer versions otherwise, and waits for the answer.
  VAGRANT_CHECKPOINT_DISABLE: '1',
  VAGRANT_BOX_UPDATE_CHECK_DISABLE: '1',
  VAGRANT_NO_COLOR: '1',
  VAGRANT_CWD: folder,
  ...(dataFolder === undefined ? {} : { VAGRANT_DOTFILE_PATH: dataFolder }),
  ...env,
});
