import type { Call } from '../../../core/call.ts';
import type { WinrmClient } from '../../client/winrm-client.ts';
import { parseCommandRequest } from '../../messages/command.ts';
import { parseCreateRequest } from '../../messages/create.ts';
import { type OutputChunk } from '../../messages/receive.ts';
import { type Request, parseRequest } from '../../messages/request.ts';
import { parseSendRequest } from '../../messages/send.ts';
import { parseListCommandsRequest } from '../../messages/shells.ts';
import { parseSignalRequest } from '../../messages/signal.ts';
import type { RecordedExchange } from '../recording.ts';
import { commandIdOf, operationOf, resourceOf } from './recorded-facts.ts';

/** What an operation of the client brought. */
export type Performed =
  | { readonly kind: 'output'; readonly chunks: readonly OutputChunk[]; readonly exitCode: number }
  | { readonly kind: 'value'; readonly value: unknown };

const LIMIT_BYTES = 1_000_000;

/**
 * Does through the client's public functions what the recorded client did. `exchanges` are those of one operation: several only for Receives, which
 * the client sends by itself until a command is done. Rejects as the client does.
 */
export async function perform(client: WinrmClient, exchanges: readonly RecordedExchange[], call: Call): Promise<Performed> {
  const [exchange] = exchanges;
  if (exchange === undefined) throw new Error('there is nothing to do');
  const request = exchange.request === null ? undefined : read(exchange.request);
  const shell = client.shell(request?.shellId ?? 'unknown');
  const id = commandIdOf(exchange.request ?? exchanges.map(({ response }) => response).join('')) ?? 'unknown';
  const command = shell.command(id);
  const value = (result: unknown): Performed => ({ kind: 'value', value: result });
  switch (`${operationOf(exchange)} ${resourceOf(exchange) ?? (exchange.operation === 'Get' ? 'config' : 'cmd')}`) {
    case 'Create cmd': {
      const { codePage, ...options } = request ? parseCreateRequest(request) : { environment: {} };
      return value(await client.openShell({ ...options, codePage: codePage ?? 'guest' }, call));
    }
    case 'Command cmd': {
      const { consoleModeStdin, commandId: _chosen, ...spec } = parseCommandRequest(known(request));
      // A client that does not say leaves it to the service; ours always says, and says that it is a pipe.
      const consoleInput = consoleModeStdin && known(request).options.has('WINRS_CONSOLEMODE_STDIN');
      return value(await shell.start({ ...spec, consoleInput }, call));
    }
    case 'Send cmd': {
      const { bytes, end } = parseSendRequest(known(request));
      return value(await command.send(bytes, end, call));
    }
    case 'Receive cmd': {
      const chunks: OutputChunk[] = [];
      const exitCode = await command.follow((chunk) => void chunks.push(chunk), call);
      return { kind: 'output', chunks, exitCode };
    }
    case 'Signal cmd':
      return value(await command.signal(parseSignalRequest(known(request)).signal, call));
    case 'Delete cmd':
      return value(await shell.close(call));
    case 'Get config':
      return value(await client.config(call));
    case 'Get shell':
      return value(await shell.describe(call));
    case 'Enumerate shell':
      return value(await client.shells(call));
    case 'Enumerate Command':
      return value(await client.shell(parseListCommandsRequest(known(request)) ?? '').commands(call));
    default:
      throw new Error(`nobody knows how to ${operationOf(exchange)}`);
  }
}

const known = (request: Request | undefined): Request => {
  if (request === undefined) throw new Error('the recording does not hold the message');
  return request;
};

function read(message: string): Request {
  const incoming = parseRequest(Buffer.from(message), LIMIT_BYTES);
  if (incoming.kind !== 'request') throw new Error('no recording holds an Identify');
  return incoming.request;
}
