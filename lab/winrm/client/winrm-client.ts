import type { Call } from '../../core/call.ts';
import type { WinrmConfig } from '../messages/config-schema.ts';
import { createRequest, parseCreateResponse } from '../messages/create.ts';
import { type Identity, parseIdentifyResponse } from '../messages/identify.ts';
import type { ShellDescription } from '../messages/shell-description.ts';
import { listShellsRequest, parseListShellsResponse } from '../messages/shells.ts';
import { Exchange, identify } from './exchange.ts';
import { type TargetOptions, targetOf } from './target.ts';
import { WinrmShell } from './winrm-shell.ts';

export interface WinrmClientOptions extends TargetOptions {
  /** How long the server may hold a Receive before it answers that there is nothing yet. Windows caps it at 60 s; default 20 s. */
  readonly operationTimeoutMs?: number;
}

export interface ShellOptions {
  /** Absent: the user's profile. */
  readonly workingDirectory?: string;
  /** Variables beside those of the user. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Of the shell's console (WINRS_CODEPAGE). `guest` leaves the guest's own; default 65001, UTF-8. */
  readonly codePage?: number | 'guest';
  /** Leaves the user's profile unloaded (WINRS_NOPROFILE): a faster start, without what the user has set. Default false. */
  readonly noProfile?: boolean;
  /** Unused for so long, the guest closes the shell. Absent: as the guest is set, two hours on Windows. */
  readonly idleTimeoutMs?: number;
  /** After which the guest closes the shell, used or not. Windows since 8 takes it and pays no heed. */
  readonly lifetimeMs?: number;
  /** For those who list the shells of a guest. */
  readonly name?: string;
}

/** Speaks WinRM with one host. Calls may overlap; each has a connection of its own while it lasts. */
export interface WinrmClient extends AsyncDisposable {
  /** What the service said of itself to the logged-in user. */
  readonly identity: Identity;
  /** Reads the service's settings (winrm/config). Throws `winrm.fault` with code 5 for those who are no administrators. */
  readonly config: (call: Call) => Promise<WinrmConfig>;
  /** Lists the shells of all users, whatever runs in them. */
  readonly shells: (call: Call) => Promise<readonly ShellDescription[]>;
  /** A shell that is known by its id. Whether there is one shows when it is used. */
  readonly shell: (id: string) => WinrmShell;
  /** Opens a command shell. The caller closes it. Never repeated: whether it was opened is unknown once the connection broke. */
  readonly openShell: (options: ShellOptions, call: Call) => Promise<WinrmShell>;
}

const OPERATION_TIMEOUT_MS = 20_000;
const UTF_8 = 65001;

/** Connects, logs in and asks who is there. Throws a `LabError` of kind `transport` when any of it fails; nothing stays open then. */
export async function openWinrmClient(options: WinrmClientOptions, call: Call): Promise<WinrmClient> {
  const exchange = new Exchange(targetOf(options), options.operationTimeoutMs ?? OPERATION_TIMEOUT_MS);
  try {
    const identity = await exchange.query(identify, parseIdentifyResponse, call);
    return {
      identity,
      config: (within) => exchange.config(within),
      shells: (within) =>
        exchange.query({ name: 'Enumerate', build: listShellsRequest, repeat: 'when-lost' }, parseListShellsResponse, within),
      shell: (id) => new WinrmShell(exchange, id),
      openShell: async ({ codePage = UTF_8, environment = {}, ...rest }, within) => {
        const request = { ...rest, environment, ...(codePage === 'guest' ? {} : { codePage }) };
        const { shellId } = await exchange.query(
          { name: 'Create', build: (context) => createRequest(context, request), repeat: 'never' },
          parseCreateResponse,
          within,
        );
        return new WinrmShell(exchange, shellId);
      },
      [Symbol.asyncDispose]: async () => exchange.close(),
    };
  } catch (error) {
    exchange.close();
    throw error;
  }
}
