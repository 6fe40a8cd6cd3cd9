import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import { LabError } from '../core/error.ts';
import type { WinrmAddress } from '../core/guest.ts';
import type { CommandResult, Connection, Transport } from '../core/transport.ts';
import { type RunOptions, ShellGone, runCommand } from '../winrm/client/run-command.ts';
import { type ShellOptions, openWinrmClient } from '../winrm/client/winrm-client.ts';
import { AgentFiles } from './winrm/agent-files.ts';
import { FileDigests } from './winrm/file-digests.ts';
import { ShellPool } from './winrm/shell-pool.ts';

export interface WinrmTransportOptions {
  readonly clock: Clock;
  /** Commands at a time on one connection; the rest wait in order. Windows allows 30 shells per user; default 8. */
  readonly maxParallelShells?: number;
}

const PARALLEL_SHELLS = 8;
const KEPT_OUTPUT_BYTES = 8 << 20;

/** Reaches guests over WinRM. One transport serves any number of guests; what it knows of local files is shared between them. */
export function winrmTransport(options: WinrmTransportOptions): Transport<WinrmAddress> {
  const digests = new FileDigests();
  return { connect: (endpoint, call) => connect(endpoint, options, digests, call) };
}

async function connect(endpoint: WinrmAddress, options: WinrmTransportOptions, digests: FileDigests, call: Call): Promise<Connection> {
  const client = await openWinrmClient(endpoint, call);
  const shells = new ShellPool(client, options.maxParallelShells ?? PARALLEL_SHELLS);
  const disposed = new AbortController();
  const running = new Set<Promise<unknown>>();

  const runInGuest = async (spec: RunOptions, within: Call, shellOptions: ShellOptions = {}): Promise<CommandResult> => {
    const inner: Call = { signal: AbortSignal.any([within.signal, disposed.signal]), deadline: within.deadline };
    for (;;) {
      const lent = await shells.acquire(shellOptions, inner);
      let usable = false;
      try {
        const result = await runCommand(lent.shell, spec, inner, options.clock.monotonicMs);
        usable = result.ended === 'exited';
        return result;
      } catch (error) {
        // A shell that had waited was gone: the command was not started, and the next attempt opens a fresh shell once the stale ones are used up.
        if (!(error instanceof ShellGone)) throw error;
        if (!lent.reused) throw error.cause;
      } finally {
        lent.release(usable);
      }
    }
  };
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    const forget = (): void => void running.delete(work);
    work.then(forget, forget);
    return work;
  };
  const files =
    endpoint.toolkit.kind === 'agent' ? new AgentFiles(endpoint.toolkit.launcher, runInGuest, digests, options.clock) : undefined;
  const receiver = (): AgentFiles => {
    if (files === undefined) throw LabError.of('winrm.no-receiver', { url: endpoint.url });
    return files;
  };
  try {
    const first = await shells.acquire({}, call);
    first.release(true);
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
  return {
    run: (command, within) => {
      const { cwd, env, onOutput, interrupt } = command;
      const spec: RunOptions = {
        line: command.line,
        skipCmdShell: command.shell === 'none',
        maxOutputBytes: command.maxOutputBytes ?? KEPT_OUTPUT_BYTES,
        ...(command.stdin === undefined ? {} : { stdin: command.stdin }),
        ...(interrupt === undefined ? {} : { interrupt, consoleInput: command.stdin === undefined }),
        ...(command.timeoutMs === undefined ? {} : { timeoutMs: command.timeoutMs }),
        ...(onOutput === undefined ? {} : { onOutput: ({ stream, bytes }) => onOutput(stream, bytes) }),
      };
      return tracked(
        runInGuest(spec, within, {
          ...(cwd === undefined ? {} : { workingDirectory: cwd }),
          ...(env === undefined ? {} : { environment: env }),
        }),
      );
    },
    put: async (local, to, within) => tracked(receiver().put(local, to, within)),
    get: async (from, to, within) => tracked(receiver().get(from, to, within)),
    [Symbol.asyncDispose]: async () => {
      disposed.abort(LabError.of('winrm.connection-lost', { url: endpoint.url, action: 'a command', reason: 'the lab closed it' }));
      await Promise.allSettled(running);
      await shells.close();
      await client[Symbol.asyncDispose]();
    },
  };
}
