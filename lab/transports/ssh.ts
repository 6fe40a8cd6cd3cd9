import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import { LabError } from '../core/error.ts';
import type { SshAddress } from '../core/guest.ts';
import type { CommandResult, Connection, RemoteCommand, Transport } from '../core/transport.ts';
import { agentSide } from './ssh/guest-side.ts';
import { inboxSide } from './ssh/inbox-side.ts';
import { inTime } from './ssh/in-time.ts';
import { SharedSession } from './ssh/shared-session.ts';
import { execLine } from './ssh/shell-dialect.ts';
import { SshFiles } from './ssh/ssh-files.ts';
import { runInChannel } from './ssh/run-in-channel.ts';
import { addressOf } from './ssh/ssh-session.ts';
import { FileDigests } from './winrm/file-digests.ts';

export interface SshTransportOptions {
  readonly clock: Clock;
  /** Channels at a time on one connection; further commands wait in order. Default 10, as MaxSessions of OpenSSH. */
  readonly maxSessions?: number;
}

const MOST_SESSIONS = 10;
const KEPT_OUTPUT_BYTES = 8 << 20;

/** Reaches guests over SSH. One transport serves any number of guests; what it knows of local files is shared between them. */
export function sshTransport(options: SshTransportOptions): Transport<SshAddress> {
  const digests = new FileDigests();
  return { connect: (endpoint, call) => connect(endpoint, options, digests, call) };
}

async function connect(endpoint: SshAddress, options: SshTransportOptions, digests: FileDigests, call: Call): Promise<Connection> {
  const address = addressOf(endpoint);
  const shared = await SharedSession.open(endpoint, options.maxSessions ?? MOST_SESSIONS, call);
  const disposed = new AbortController();
  const running = new Set<Promise<unknown>>();

  const run = async (command: RemoteCommand, within: Call): Promise<CommandResult> => {
    const inner: Call = { signal: AbortSignal.any([within.signal, disposed.signal]), deadline: within.deadline };
    const { session, dialect } = await inTime(shared.current(inner), inner);
    if (dialect === 'powershell' && command.stdin !== undefined)
      throw LabError.of('ssh.shell-unfit', {
        address,
        shell: 'PowerShell, which reads standard input itself',
        what: 'input for a command',
      });
    const line = execLine(dialect, command, address);
    return await session.exec(line, inner, (channel) =>
      runInChannel(
        channel,
        {
          ...command,
          maxOutputBytes: command.maxOutputBytes ?? KEPT_OUTPUT_BYTES,
          address,
          lost: session.lost,
          monotonicMs: options.clock.monotonicMs,
        },
        inner,
      ),
    );
  };
  const files = new SshFiles({
    server: async (within) => await shared.fileServer(within),
    guest: endpoint.toolkit.kind === 'agent' ? agentSide(endpoint.toolkit.launcher, run) : inboxSide(run),
    digests,
    clock: options.clock,
  });
  /** Remembers work until it is over, and ends it with the connection. */
  const tracked = <T>(within: Call, work: (inner: Call) => Promise<T>): Promise<T> => {
    const started = work({ signal: AbortSignal.any([within.signal, disposed.signal]), deadline: within.deadline });
    running.add(started);
    const forget = (): void => void running.delete(started);
    started.then(forget, forget);
    return started;
  };
  return {
    run: (command, within) => tracked(within, (inner) => run(command, inner)),
    put: (local, to, within, more) => tracked(within, (inner) => files.put(local, to, inner, more)),
    get: (from, to, within, more) => tracked(within, (inner) => files.get(from, to, inner, more)),
    putDirectory: (local, to, within, more) => tracked(within, (inner) => files.putDirectory(local, to, inner, more)),
    getDirectory: (from, to, within, more) => tracked(within, (inner) => files.getDirectory(from, to, inner, more)),
    [Symbol.asyncDispose]: async () => {
      disposed.abort(LabError.of('ssh.connection-lost', { address, action: 'a command', reason: 'the lab closed it' }));
      await Promise.allSettled(running);
      shared.close();
    },
  };
}
