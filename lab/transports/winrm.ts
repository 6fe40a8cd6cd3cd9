import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import { LabError } from '../core/error.ts';
import type { WinrmAddress } from '../core/guest.ts';
import type { CommandResult, Connection, Transport } from '../core/transport.ts';
import { type RunOptions, ShellGone, runCommand } from '../winrm/client/run-command.ts';
import { type ShellOptions, openWinrmClient } from '../winrm/client/winrm-client.ts';
import { CopierPool } from './winrm/copier-pool.ts';
import { type CopyWay, copyWays } from './winrm/copy-ways.ts';
import { FairBudget } from './winrm/fair-budget.ts';
import { FileDigests } from './winrm/file-digests.ts';
import { framedReceiver } from './winrm/framed-receiver.ts';
import { inboxReceiver } from './winrm/inbox-receiver.ts';
import { LocalParts } from './winrm/local-parts.ts';
import { copierProgram } from './winrm/receivers/copier-program.ts';
import { ShellPool } from './winrm/shell-pool.ts';
import type { CopyShare } from './winrm/upload-parts.ts';
import { WinrmFiles } from './winrm/winrm-files.ts';

export interface WinrmTransportOptions {
  readonly clock: Clock;
  /** Commands at a time on one connection; the rest wait in order. Windows allows 30 shells per user; default 8. */
  readonly maxParallelShells?: number;
  /** Ways that files may be copied in by, in the order tried; default all. For comparing them, and for hosts where one must not be used. */
  readonly ways?: readonly CopyWay[];
}

const PARALLEL_SHELLS = 8;
const KEPT_OUTPUT_BYTES = 8 << 20;
/** Shells that copiers of one connection have beside those of commands. */
const COPY_SHELLS = 5;
/** File content under way to and from all guests together. */
const MOST_COPY_BYTES = 96 << 20;

interface Shared extends CopyShare {
  readonly digests: FileDigests;
}

/** Reaches guests over WinRM. One transport serves any number of guests; what it knows of local files is shared between them. */
export function winrmTransport(options: WinrmTransportOptions): Transport<WinrmAddress> {
  const shared: Shared = { digests: new FileDigests(), parts: new LocalParts(), budget: new FairBudget(MOST_COPY_BYTES) };
  return { connect: (endpoint, call) => connect(endpoint, options, shared, call) };
}

async function connect(endpoint: WinrmAddress, options: WinrmTransportOptions, shared: Shared, call: Call): Promise<Connection> {
  const client = await openWinrmClient(endpoint, call);
  const shells = new ShellPool(client, options.maxParallelShells ?? PARALLEL_SHELLS);
  const copyShells = new ShellPool(client, COPY_SHELLS);
  const disposed = new AbortController();
  const running = new Set<Promise<unknown>>();

  const runInGuest = async (spec: RunOptions, within: Call, shellOptions: ShellOptions = {}, pool = shells): Promise<CommandResult> => {
    const inner: Call = { signal: AbortSignal.any([within.signal, disposed.signal]), deadline: within.deadline };
    for (;;) {
      const lent = await pool.acquire(shellOptions, inner);
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
  const copiers = new CopierPool(
    (spec, within) => runInGuest(spec, within, {}, copyShells),
    await copierProgram(endpoint.toolkit).catch(async (error: unknown) => {
      await client[Symbol.asyncDispose]();
      throw error;
    }),
  );
  const files = new WinrmFiles({
    main: framedReceiver(endpoint.toolkit.kind, copiers),
    inbox: inboxReceiver((spec, within) => runInGuest(spec, within)),
    ways: options.ways ?? copyWays,
    pull: endpoint.pull,
    share: shared,
    digests: shared.digests,
    clock: options.clock,
  });
  /** A copy ends with its connection. */
  const copying = <T>(within: Call, copy: (inner: Call) => Promise<T>): Promise<T> =>
    tracked(copy({ signal: AbortSignal.any([within.signal, disposed.signal]), deadline: within.deadline }));
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
    put: (local, to, within, more) => copying(within, (inner) => files.put(local, to, inner, more)),
    get: (from, to, within, more) => copying(within, (inner) => files.get(from, to, inner, more)),
    putDirectory: (local, to, within, more) => copying(within, (inner) => files.putDirectory(local, to, inner, more)),
    getDirectory: (from, to, within, more) => copying(within, (inner) => files.getDirectory(from, to, inner, more)),
    [Symbol.asyncDispose]: async () => {
      const closed = LabError.of('winrm.connection-lost', { url: endpoint.url, action: 'a command', reason: 'the lab closed it' });
      disposed.abort(closed);
      await Promise.allSettled([...running, copiers.close(closed)]);
      await Promise.all([shells.close(), copyShells.close()]);
      await client[Symbol.asyncDispose]();
    },
  };
}
