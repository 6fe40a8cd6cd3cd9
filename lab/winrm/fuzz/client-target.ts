import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { Secret } from '../../core/secret.ts';
import { ShellGone, runCommand } from '../client/run-command.ts';
import { type WinrmClient, openWinrmClient } from '../client/winrm-client.ts';
import type { WinrmShell } from '../client/winrm-shell.ts';
import { unbound } from '../ntlm/channel-binding.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { startHostileServer } from './hostile-server.ts';
import { type Plan, makePlan, readPlan } from './plan.ts';
import { questions } from './response-corpus.ts';

/** The client gives up then; a server that holds its answer back must not keep it any longer. */
const CALL_MS = 1500;

const password = new Secret('secret');

interface Session {
  readonly client: WinrmClient;
  readonly shell: WinrmShell;
}

const run = ({ shell }: Session, call: Call): Promise<unknown> =>
  runCommand(shell, { line: 'echo', skipCmdShell: false, stdin: Buffer.from('input'), maxOutputBytes: 1 << 16 }, call);

/** What the client does so that a question is asked. */
const asks: Readonly<Record<string, (session: Session, call: Call) => Promise<unknown>>> = {
  Create: ({ client }, call) => client.openShell({}, call),
  Command: run,
  Receive: run,
  Send: run,
  Signal: run,
  Delete: ({ shell }, call) => shell.close(call),
  Enumerate: ({ client }, call) => client.shells(call),
  'Get of a shell': ({ shell }, call) => shell.describe(call),
  'Get of config': ({ client }, call) => client.config(call),
};

/** The client with a service that lies to it. */
export async function clientTarget(): Promise<FuzzTarget> {
  const server = await startHostileServer({ accounts: [{ name: 'user', password }], computerName: 'GUEST', basic: true, binding: unbound });
  let clients = 0;
  let mutated = 0;

  /** One life of a client in front of a server with these plans. Resolves with the first error that is none of the catalogue's. */
  const live = async (authentication: 'basic' | 'ntlm', plans: readonly Plan[]): Promise<string | undefined> => {
    const name = String(++clients);
    const script = { plans: [...plans], onSpoilt: () => mutated++ };
    server.scripts.set(name, script);
    const calls: Disposable[] = [];
    const call = (): Call => {
      const next = limitedCall();
      calls.push(next);
      return next;
    };
    const url = `http://127.0.0.1:${server.port}/wsman?${name}`;
    let wrong: string | undefined;
    const attempt = async <T>(work: (within: Call) => Promise<T>): Promise<T | undefined> => {
      const within = call();
      try {
        return await work(within);
      } catch (error) {
        wrong ??= isDeclared(error, within) ? undefined : `the client threw ${described(error)}`;
        return undefined;
      }
    };
    try {
      const client = await attempt((within) =>
        openWinrmClient(
          {
            url,
            user: 'user',
            password,
            authentication,
            negotiateToken: clients % 2 === 0 ? 'spnego' : 'ntlmssp',
            operationTimeoutMs: 500,
          },
          within,
        ),
      );
      if (client === undefined) return wrong;
      await using open = client;
      for (const { what } of plans) {
        const shell = await attempt((within) => open.openShell({}, within));
        if (shell) await attempt((within) => asks[what]?.({ client: open, shell }, within) ?? Promise.resolve());
      }
      return wrong;
    } finally {
      server.scripts.delete(name);
      for (const each of calls) each[Symbol.dispose]();
    }
  };

  return {
    name: 'client',
    atOnce: 8,
    make: (random) => {
      const sealed = random.oneIn(4);
      const possible = sealed ? [...questions, 'log-in', 'log-in'] : questions;
      return {
        about: sealed ? 'ntlm' : 'basic',
        messages: Array.from({ length: 1 + random.below(6) }, () => makePlan(random, random.pick(possible))),
      };
    },
    send: ({ about, messages }) =>
      live(
        about === 'ntlm' ? 'ntlm' : 'basic',
        messages.flatMap((message) => readPlan(message) ?? []),
      ),
    mutated: () => mutated,
    checkHealth: () => live('basic', []),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function limitedCall(): Call & Disposable {
  const controller = new AbortController();
  const endsAtMs = performance.now() + CALL_MS;
  const timer = setTimeout(() => controller.abort(new Error('the time of the call is over')), CALL_MS);
  return {
    signal: controller.signal,
    deadline: { remainingMs: () => Math.max(0, endsAtMs - performance.now()) },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** Whether an error is one the client says it throws. */
const isDeclared = (error: unknown, call: Call): boolean =>
  (call.signal.aborted && error === call.signal.reason) ||
  (error instanceof ShellGone ? isDeclared(error.cause, call) : error instanceof LabError && error.kind === 'transport');

const described = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.stack ?? error.message}` : String(error));
