import t, { type Test } from 'tap';
import { LabError } from '../../core/error.ts';
import { Secret } from '../../core/secret.ts';
import { callFor } from '../../testing/calls.ts';
import { openWinrmClient } from '../client/winrm-client.ts';
import { faultHint } from '../faults/fault-catalogue.ts';
import { faultOf as faultBehind } from '../faults/fault.ts';
import { readDuration } from '../messages/duration.ts';
import { type RecordedExchange, type Recording, recordings } from './recording.ts';
import { type Tolerance, attribute, messageNodes, text, without } from './replay/message-tree.ts';
import { perform } from './replay/perform.ts';
import { chunksOf, commandIdOf, count, exitCodeOf, faultOf, operationOf, resourceOf, timedOut } from './replay/recorded-facts.ts';
import { strictPlayer } from './replay/strict-player.ts';

/** How messages of our client may differ from those on record. */
const tolerances: readonly Tolerance[] = [
  { why: 'the player is elsewhere', apply: text(/a:To$/, () => 'the address') },
  { why: 'each message has an id of its own', apply: text(/a:MessageID$/, () => 'an id') },
  { why: 'a session need not be named, and pywinrm names none', apply: without(/p:SessionId$/) },
  { why: 'the default of today’s Windows, not that of 2008 R2', apply: text(/w:MaxEnvelopeSize$/, () => 'a size') },
  { why: 'TRUE, True and true are on record and mean the same', apply: text(/w:Option$/, (value) => value.toUpperCase()) },
  {
    why: 'whether options must be understood is said by one client and not by another',
    apply: attribute(/w:OptionSet$/, 'mustUnderstand', () => undefined),
  },
  {
    why: 'our client asks for answers that keep the connection alive; pywinrm does not',
    apply: without(/w:Option$/, ({ attributes }) => attributes['Name'] !== 'WSMAN_CMDSHELL_OPTION_KEEPALIVE'),
  },
  {
    why: 'our client says that standard input is a pipe; pypsrp leaves it to the service',
    apply: without(/w:Option$/, ({ attributes, text: value }) => attributes['Name'] !== 'WINRS_CONSOLEMODE_STDIN' || value === 'TRUE'),
  },
  { why: 'our client chooses the id of a command', apply: attribute(/rsp:CommandLine$/, 'CommandId', () => undefined) },
  { why: 'a stream that does not say that it ends does not end', apply: attribute(/rsp:Stream$/, 'End', endOf) },
];

function endOf(value: string): string | undefined {
  return value.toLowerCase() === 'true' ? 'true' : undefined;
}

/** SOAP headers, sets, and the parts of a shell to be opened, which each client on record writes in an order of its own. */
const UNORDERED = /(?:^s:Header|w:OptionSet|w:SelectorSet|s:Body\/rsp:Shell|rsp:Environment)$/;

/** Messages on record that our client cannot be made to send. */
const unsayable: Readonly<Record<string, { readonly exchanges: readonly number[]; readonly why: string }>> = {
  'shell-fail-poll-process': { exchanges: [1], why: 'a Receive without a command: output is asked for of a command' },
  'negative-timeout': { exchanges: [0], why: 'a negative time-out: the time-out is the client’s own' },
};

const usedTolerances = new Set<Tolerance>();

const nodes = (message: string | Buffer) =>
  messageNodes(message, { tolerances, unordered: UNORDERED, used: (tolerance) => usedTolerances.add(tolerance) });

/** Exchanges by operation: a client asks for output until the command is done or fails. */
function operations(exchanges: readonly RecordedExchange[]): readonly (readonly RecordedExchange[])[] {
  const grouped: RecordedExchange[][] = [];
  for (const exchange of exchanges) {
    const last = grouped.at(-1);
    const before = last?.at(-1);
    const goesOn = before && operationOf(exchange) === 'Receive' && operationOf(before) === 'Receive';
    if (last && goesOn && exitCodeOf(before.response) === undefined) last.push(exchange);
    else grouped.push([exchange]);
  }
  return grouped;
}

const timeoutOf = ({ exchanges }: Recording): number => {
  const written = /OperationTimeout>([^<]*)</.exec(exchanges[0]?.request ?? '')?.[1];
  return readDuration(written ?? '') ?? 20_000;
};

/** What the recording says that the operation brought, against what the client made of it. */
async function compare(t: Test, exchanges: readonly RecordedExchange[], performed: ReturnType<typeof perform>): Promise<void> {
  const last = exchanges.at(-1);
  if (last === undefined) throw new Error('an operation has an exchange');
  const fault = faultOf(last.response);
  if (fault) {
    const error: unknown = await performed.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof LabError)) throw error;
    t.equal(error.code, 'winrm.fault');
    t.match(faultBehind(error), fault, 'the fault on record');
    t.equal(error.hint, faultHint(fault.code));
    if (fault.code !== undefined) t.match(error.message, `${fault.code} (0x${fault.code.toString(16).toUpperCase()}`);
    return;
  }
  const result = await performed;
  if (result.kind === 'output') {
    const bytes = (chunks: readonly { readonly stream: string; readonly bytes: Uint8Array }[], stream: string): string =>
      Buffer.concat(chunks.filter((chunk) => chunk.stream === stream).map((chunk) => chunk.bytes)).toString('latin1');
    const recorded = exchanges.filter((exchange) => !timedOut(exchange)).flatMap(({ response }) => chunksOf(response));
    for (const stream of ['stdout', 'stderr']) t.equal(bytes(result.chunks, stream), bytes(recorded, stream), stream);
    t.equal(result.exitCode, exitCodeOf(last.response), 'the exit code');
    return;
  }
  const { value } = result;
  const said = (element: string): string | undefined => new RegExp(`<(?:\\w+:)?${element}>([^<]*)<`).exec(last.response)?.[1];
  switch (`${operationOf(last)} ${resourceOf(last) ?? 'cmd'}`) {
    case 'Create cmd':
      t.match(value, { id: said('Selector Name=["\']ShellId["\']') });
      break;
    case 'Command cmd':
      t.match(value, { id: commandIdOf(last.response) });
      break;
    case 'Get config':
      t.match(value, { maxEnvelopeSizeKb: Number(said('MaxEnvelopeSizekb')), service: { rootSddl: said('RootSDDL') } });
      // <cfg:MaxTimeoutms>60000</cfg:MaxTimeoutms>
      t.same(
        leaves(value),
        [...last.response.matchAll(/<cfg:\w+>([^<]*)<\/cfg:/g)].map(([, setting]) => setting),
        'every setting',
      );
      break;
    case 'Get shell':
      t.match(value, {
        shellId: said('rsp:ShellId'),
        owner: said('Owner'),
        processId: Number(said('ProcessId')),
        state: said('State'),
        memoryUsed: said('MemoryUsed'),
        idleTimeoutMs: 60_000,
        profileLoaded: true,
      });
      break;
    case 'Enumerate shell':
      t.equal((value as readonly unknown[]).length, count('rsp:Shell', last.response));
      t.match(value, [{ shellId: said('ShellId'), childProcesses: 0 }]);
      break;
    case 'Enumerate Command':
      t.same(value, last.response.includes('<rsp:Command ') ? [{ commandId: said('CommandId'), line: '', state: 'Running' }] : []);
      break;
    default:
      t.equal(value, undefined, 'there is nothing to tell');
  }
}

/** Everything that an object holds in the end, in its order. */
const leaves = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [String(value)];

for (const recording of recordings) {
  t.test(`${recording.name}: ${recording.title}`, async (t) => {
    const leftOut = unsayable[recording.name];
    const exchanges = recording.exchanges.filter((_, at) => leftOut?.exchanges.includes(at) !== true);
    if (leftOut) t.comment(`not sent by our client: ${leftOut.why}`);
    const call = callFor(20_000);
    await using player = await strictPlayer(exchanges);
    await using client = await openWinrmClient(
      { url: player.url, user: 'user', password: new Secret('word'), authentication: 'basic', operationTimeoutMs: timeoutOf(recording) },
      call,
    );
    for (const operation of operations(exchanges)) await compare(t, operation, perform(client, operation, call));
    t.equal(player.asked.length, exchanges.length, 'as many messages as on record');
    for (const [at, { request }] of exchanges.entries()) {
      if (request !== null) t.same(nodes(player.asked[at] ?? ''), nodes(request), `message ${at + 1}`);
    }
  });
}

t.test('nothing is tolerated or left out without need', async (t) => {
  t.ok(recordings.length >= 40, `${recordings.length} recordings`);
  t.same(
    tolerances.filter((tolerance) => !usedTolerances.has(tolerance)).map(({ why }) => why),
    [],
  );
  t.same(
    Object.keys(unsayable).filter((name) => !recordings.some((recording) => recording.name === name)),
    [],
  );
});
