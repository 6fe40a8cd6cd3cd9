import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import { LabError } from '../../core/error.ts';
import type { GuestSpec } from '../../core/guest.ts';
import { type RemotePath, joinRemote } from '../../core/ids.ts';
import type { RunningService, ServiceProgram } from '../../core/stand-in.ts';
import type { CommandResult, Connection } from '../../core/transport.ts';
import { callWithin } from '../../engine/deadline.ts';

/** A Node starts in a second, and in some more while a virus scanner looks at it for the first time. */
const START_LIMIT_MS = 60_000;
/** How long it may take to end by itself once its input has. */
const END_LIMIT_MS = 5000;
const MOST_LINE_BYTES = 65_536;
const MOST_KEPT_BYTES = 4096;
const NEWLINE = 0x0a;

/** The guest that a service is started in. */
export interface ServiceGuest {
  readonly spec: GuestSpec;
  readonly connection: Connection;
  /** A Node in the guest. */
  readonly node: RemotePath;
  /** Where the lab keeps files in the guest. */
  readonly folder: RemotePath;
  readonly clock: Clock;
}

/** Copies a stand-in into a guest and starts it there. */
export async function startService(program: ServiceProgram, guest: ServiceGuest, call: Call): Promise<RunningService> {
  const { connection, clock, spec } = guest;
  using timed = callWithin(START_LIMIT_MS, `starting the stand-in for ${program.name} in ${spec.name}`, clock, call);
  const script = joinRemote(guest.folder, 'test-service.cjs');
  await connection.put(program.script, script, timed);
  const failed = (reason: string): LabError => LabError.of('run.service-failed', { service: program.name, guest: spec.name, reason });

  const stop = new AbortController();
  const input = Promise.withResolvers<void>();
  const firstLine = Promise.withResolvers<string>();
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  const running = connection.run(
    {
      line: `${guest.node} ${script}`,
      shell: 'none',
      stdin: nothingUntil(input.promise),
      maxOutputBytes: MOST_KEPT_BYTES,
      onOutput: (stream, bytes) => {
        if (stream !== 'stdout' || sizeBytes > MOST_LINE_BYTES) return;
        // The caller's buffer is not ours to keep.
        parts.push(Uint8Array.from(bytes));
        sizeBytes += bytes.length;
        if (bytes.includes(NEWLINE)) firstLine.resolve(Buffer.concat(parts).toString('utf8').split('\n', 1)[0] ?? '');
        else if (sizeBytes > MOST_LINE_BYTES) firstLine.reject(failed(`it printed ${sizeBytes} bytes and no line`));
      },
    },
    // It outlives the call that starts it.
    { signal: stop.signal, deadline: { remainingMs: () => Infinity } },
  );
  const over = running.then(
    (result) => firstLine.reject(failed(endOf(result))),
    (error: unknown) => firstLine.reject(error),
  );
  const giveUp = (): void => firstLine.reject(timed.signal.reason);
  timed.signal.addEventListener('abort', giveUp, { once: true });
  const end = async (): Promise<void> => {
    input.resolve();
    const limit = setTimeout(() => stop.abort(failed('it did not end with its input')), END_LIMIT_MS);
    await over;
    clearTimeout(limit);
  };
  try {
    timed.signal.throwIfAborted();
    const line = readLine(await firstLine.promise, failed);
    const member = (name: string): string => memberOf(line, name, failed);
    const environment = Object.fromEntries(Object.entries(program.environment).map(([variable, name]) => [variable, member(name)]));
    return { environment, key: member(program.key), [Symbol.asyncDispose]: end };
  } catch (error) {
    firstLine.promise.catch(() => {});
    stop.abort(error);
    await over;
    throw error;
  } finally {
    timed.signal.removeEventListener('abort', giveUp);
  }
}

/** Standard input that is open for so long and never holds anything. */
const nothingUntil = (end: Promise<void>): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => ({
    next: async () => {
      await end;
      return { done: true, value: undefined };
    },
  }),
});

const endOf = ({ exitCode, stderr }: CommandResult): string =>
  `it ended with ${exitCode}: ${Buffer.from(stderr).toString('utf8').trim().slice(-400) || 'nothing on standard error'}`;

function readLine(text: string, failed: (reason: string) => LabError): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw failed(`its first line is no JSON: ${text.slice(0, 200)}`);
  }
}

function memberOf(line: unknown, name: string, failed: (reason: string) => LabError): string {
  const value = name
    .split('.')
    .reduce<unknown>(
      (inner, key) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key) ? (inner as Record<string, unknown>)[key] : undefined,
      line,
    );
  if (typeof value !== 'string') throw failed(`its first line has no text at ${name}`);
  return value;
}
