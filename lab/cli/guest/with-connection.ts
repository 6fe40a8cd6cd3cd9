import type { Call } from '../../core/call.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { Connection } from '../../core/transport.ts';
import { callUntil, callWithin } from '../../engine/deadline.ts';
import type { CliContext } from '../cli-context.ts';
import { wire } from '../wiring.ts';
import type { ReachOptions } from './login-options.ts';
import { endpointFor } from './reach-guest.ts';

const LIMIT_MS = 24 * 3600 * 1000;

/** Connects to the guest that a person named, works with it, and leaves nothing open. No error that comes out of it shows a secret. */
export async function withConnection<T>(
  target: string,
  options: ReachOptions,
  context: CliContext,
  work: (connection: Connection, call: Call) => Promise<T>,
): Promise<T> {
  const wiring = wire(context.cwd as LocalPath, context);
  using call = callWithin(LIMIT_MS, 'the command', wiring.clock, callUntil(context.signal));
  const endpoint = await endpointFor(target, options, wiring, context, call);
  await using connection = await wiring.transport.connect(endpoint, call);
  return await work(connection, call);
}
