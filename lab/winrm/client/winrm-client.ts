import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { createRequest, parseCreateResponse } from '../messages/create.ts';
import { type Identity, parseIdentifyResponse } from '../messages/identify.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import { Exchange, type Message, identify } from './exchange.ts';
import { type TargetOptions, targetOf } from './target.ts';
import { WinrmShell } from './winrm-shell.ts';

export interface WinrmClientOptions extends TargetOptions {
  /** How long the server may hold a Receive before it answers that there is nothing yet. Windows caps it at 60 s; default 20 s. */
  readonly operationTimeoutMs?: number;
}

export interface ShellOptions {
  readonly workingDirectory?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Speaks WinRM with one host. Calls may overlap; each has a connection of its own while it lasts. */
export interface WinrmClient extends AsyncDisposable {
  /** What the service said of itself to the logged-in user. */
  readonly identity: Identity;
  /** Opens a command shell with UTF-8 output. The caller closes it. */
  readonly openShell: (options: ShellOptions, call: Call) => Promise<WinrmShell>;
}

const OPERATION_TIMEOUT_MS = 20_000;
const UTF_8 = 65001;

/** Connects, logs in and asks who is there. Throws a `LabError` of kind `transport` when any of it fails; nothing stays open then. */
export async function openWinrmClient(options: WinrmClientOptions, call: Call): Promise<WinrmClient> {
  const exchange = new Exchange(targetOf(options), options.operationTimeoutMs ?? OPERATION_TIMEOUT_MS);
  const ask = async <T>(message: Message, read: (body: XmlElement) => T, within: Call): Promise<T> => {
    const body = await exchange.ask(message, within);
    try {
      return read(body);
    } catch (error) {
      throw error instanceof ProtocolViolation
        ? LabError.of('winrm.protocol-violation', { url: options.url, what: error.message }, { cause: error })
        : error;
    }
  };
  try {
    const identity = await ask(identify, parseIdentifyResponse, call);
    return {
      identity,
      openShell: async ({ workingDirectory, environment = {} }, within) => {
        const request = { ...(workingDirectory === undefined ? {} : { workingDirectory }), environment, codePage: UTF_8, noProfile: false };
        const { shellId } = await ask(
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
