import { Dispatcher, type Sender } from '../endpoint/dispatcher.ts';
import { type Quotas, windowsQuotas } from '../endpoint/quotas.ts';
import { ShellTable } from '../endpoint/shell-table.ts';
import { joinParts } from '../soap/xml-parts.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { judgeAnswer } from './judge-answer.ts';
import { memoryProcesses } from './memory-processes.ts';
import { healthyRequest, makeRequest, withShellId } from './request-corpus.ts';
import { commandId } from './well-known-ids.ts';

/** Small enough that messages run into them, and that nothing waits for long. */
const quotas: Quotas = {
  ...windowsQuotas,
  maxEnvelopeBytes: 512_000,
  maxShellsPerUser: 6,
  maxProcessesPerShell: 5,
  maxOperationTimeoutMs: 10,
};

const OWNER = 'owner';
const NEVER = new AbortController().signal;
// rsp:ShellId, with any prefix
const SHELL_ID = /ShellId>([0-9A-Fa-f-]{36})</;

interface World {
  readonly dispatcher: Dispatcher;
  readonly shells: ShellTable;
  readonly shellId: string;
}

/** The endpoint behind its sockets: documents in, answers out, many thousands a second. Every case has shells of its own. */
export function dispatcherTarget(): FuzzTarget {
  const processes = memoryProcesses();
  const mutants = new WeakSet<Buffer>();
  let mutated = 0;

  const ask = async ({ dispatcher }: Pick<World, 'dispatcher'>, document: Buffer, user = OWNER, gone = NEVER): Promise<Buffer> => {
    const { status, parts } = await dispatcher.answer(document, { user, clientIp: '127.0.0.1', gone });
    const body = joinParts(parts);
    const wrong = judgeAnswer(status, body);
    if (wrong !== undefined) throw new Error(wrong);
    return body;
  };

  const open = async (): Promise<World> => {
    const shells = new ShellTable(processes, quotas);
    const dispatcher = new Dispatcher(shells, quotas, '10.0.19045');
    const sender: Sender = { user: OWNER, clientIp: '127.0.0.1', gone: NEVER };
    const created = await dispatcher.answer(healthyRequest('Create', { shell: '' }), sender);
    const shellId = SHELL_ID.exec(joinParts(created.parts).toString())?.[1] ?? '';
    await dispatcher.answer(withShellId(healthyRequest('Command', { line: 'cat', id: commandId }), shellId), sender);
    return { dispatcher, shells, shellId };
  };

  return {
    name: 'dispatcher',
    atOnce: 64,
    make: (random) => {
      const requests = Array.from({ length: 1 + random.below(6) }, () => makeRequest(random));
      for (const request of requests) if (request.mutated) mutants.add(request.bytes);
      return { about: requests.map(({ about }) => about).join(', '), messages: requests.map(({ bytes }) => bytes) };
    },
    send: async ({ messages }) => {
      const world = await open();
      try {
        for (const [index, message] of messages.entries()) {
          // Some are another user's, who meets shells that are not his; some are sent by one who goes away.
          if (mutants.has(message)) mutated++;
          const leaving = new AbortController();
          if (index % 3 === 2) setImmediate(() => leaving.abort());
          await ask(world, withShellId(message, world.shellId), index % 4 === 3 ? 'another' : OWNER, leaving.signal);
        }
        return undefined;
      } finally {
        world.shells.closeAll();
      }
    },
    mutated: () => mutated,
    checkHealth: async () => {
      const world = await open();
      await ask(world, withShellId(healthyRequest('Send', { end: 'true' }), world.shellId));
      const answer = await ask(world, withShellId(healthyRequest('Receive'), world.shellId));
      world.shells.closeAll();
      if (!answer.includes('aGVsbG8NCg==')) return 'a healthy command gave no output';
      // Ended processes are counted off a moment later.
      await new Promise((resolve) => setImmediate(resolve));
      return processes.running() === 0 ? undefined : `${processes.running()} processes still run in shells that are closed`;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
