import t, { type Test } from 'tap';
import { request as httpRequest } from 'undici';
import { Secret } from '../../core/secret.ts';
import { startEndpoint } from '../endpoint/endpoint.ts';
import type { Quotas } from '../endpoint/quotas.ts';
import { commandRequest } from '../messages/command.ts';
import { createRequest } from '../messages/create.ts';
import { deleteRequest } from '../messages/delete.ts';
import { receiveRequest } from '../messages/receive.ts';
import type { RequestContext } from '../messages/request.ts';
import { joinParts } from '../soap/xml-parts.ts';
import { type RecordedExchange, type Recording, recordings } from './recording.ts';
import { type Tolerance, attribute, messageNodes, text, without } from './replay/message-tree.ts';
import { promptedGuest } from './replay/prompted-guest.ts';
import {
  chunksOf,
  commandIdOf,
  count,
  exitCodeOf,
  faultOf,
  messageIdOf,
  operationOf,
  selectedShellOf,
  timedOut,
} from './replay/recorded-facts.ts';

/** How answers of our endpoint may differ from those on record. */
const tolerances: readonly Tolerance[] = [
  { why: 'each message has an id of its own', apply: text(/a:MessageID$/, () => 'an id') },
  { why: 'which message is answered is compared apart; some authors replaced the ids', apply: text(/a:RelatesTo$/, () => 'the request') },
  { why: 'only Windows Server 2016 numbers activities', apply: without(/p:ActivityId$/) },
  { why: 'newer Windows puts the computer before the user', apply: text(/rsp:Owner$/, (owner) => owner.replace(/^.*\\/, '')) },
  { why: 'the client is elsewhere', apply: text(/rsp:ClientIP$/, () => 'an address') },
  {
    why: 'the prefix in a qualified name is whatever was declared',
    apply: attribute(/s:NotUnderstood$/, 'qname', (name) => name.replace(/^\w+:/, '')),
  },
];

/** More such, for some recordings only. */
const particular: Readonly<Record<string, readonly Tolerance[]>> = {
  'ids-in-ones': [{ why: 'Windows Server 2008 R2 describes no shell', apply: without(/^s:Body\/rsp:Shell/) }],
  'ruby-open-shell': [
    { why: 'Windows Server 2008 R2 describes no shell', apply: without(/^s:Body\/rsp:Shell/) },
    { why: 'the message is not on record, nor where it went', apply: text(/a:Address$|w:Selector$/, () => 'somewhere') },
  ],
  config: [
    {
      why: 'the endpoint has other ways to log in than that Windows, and the recorder had changed some',
      apply: text(/cfg:Service\/cfg:(?:Auth\/.*|AllowUnencrypted)$|cfg:TrustedHosts$/, () => 'as it is set'),
    },
  ],
  'config-small-messages': [
    { why: 'the recorder had changed some settings', apply: text(/cfg:(?:Service|Client)\/.*|cfg:Winrs\/.*/, () => 'as it is set') },
  ],
  shell: [
    {
      why: 'a variable with a backslash in its name comes back without it',
      apply: attribute(/rsp:Variable$/, 'Name', (name) => name.replace('\\', '')),
    },
  ],
  shells: [
    { why: 'the endpoint does not know the process behind a shell nor its memory', apply: without(/rsp:(?:ProcessId|MemoryUsed)$/) },
    {
      why: 'the shells on record are PowerShell shells of another age',
      apply: text(/rsp:Shell\/rsp:\w+$|rsp:CommandLine$/, () => 'as it is'),
    },
  ],
  'shell-looked-at': [
    { why: 'the endpoint does not know the process behind a shell nor its memory', apply: without(/rsp:(?:ProcessId|MemoryUsed)$/) },
    { why: 'the shells on record are PowerShell shells of another age', apply: text(/rsp:Shell\/rsp:\w+$/, () => 'as it is') },
  ],
  fault: [
    {
      why: 'the authors replaced the texts',
      apply: text(/s:Text$|f:Message$|wmiError:Message$|error_WindowsErrorMessage$/i, () => 'a text'),
    },
    { why: 'the authors replaced the language', apply: attribute(/s:Text$/, 'lang', () => 'a language') },
    { why: 'the machine is elsewhere', apply: attribute(/f:WSManFault$/, 'Machine', () => 'a machine') },
  ],
};

/** Recordings that our endpoint cannot answer, and why. */
const unanswerable: Readonly<Record<string, string>> = {
  'ruby-output': 'a template of the authors: Windows says the end of a stream by itself, as the other recordings show',
  'fault-without-reason': 'made up by the authors: SOAP knows no such code',
  'fault-provider': 'a fault of Windows’ management instrumentation, which the endpoint does not have',
  'fault-provider-2008-r2': 'a fault of Windows’ management instrumentation, which the endpoint does not have',
  'fault-linux': 'a fault of a service on Linux',
  'fault-linux-config': 'a fault of a service on Linux',
};

const usedTolerances = new Set<Tolerance>();

const tolerancesFor = ({ name }: Recording): readonly Tolerance[] => [
  ...tolerances,
  ...Object.entries(particular).flatMap(([prefix, more]) => (name === prefix || name.startsWith(`${prefix}-`) ? more : [])),
];

/** Who the recorded client was. */
const ownerIn = ({ exchanges }: Recording): string | undefined =>
  // <rsp:Owner>SERVER2019\vagrant</rsp:Owner>
  exchanges.map(({ response }) => /Owner>(?:[^<]*\\)?([^<\\]*)</.exec(response)?.[1]).find((owner) => owner !== undefined);

const quotasFor = (name: string, exchanges: readonly RecordedExchange[]): Partial<Quotas> => ({
  // Windows waited for its ten seconds and more; what is compared is the answer.
  ...(exchanges.some(timedOut) ? { maxOperationTimeoutMs: 100 } : {}),
  ...(name.startsWith('config')
    ? {
        maxEnvelopeBytes: Number(/MaxEnvelopeSizekb>(\d+)/.exec(exchanges[0]?.response ?? '')?.[1]) * 1024,
        maxShellsPerUser: 2_147_483_647,
        maxProcessesPerShell: 2_147_483_647,
        maxConcurrentUsers: 2_147_483_647,
      }
    : {}),
  ...(name === 'fault-operations-quota' ? { maxOperationsPerUser: 0 } : {}),
});

const context = (more: Partial<RequestContext> = {}): RequestContext => ({
  to: 'http://host/wsman',
  messageId: 'uuid:PROVOKED',
  sessionId: 'uuid:S',
  maxEnvelopeBytes: 512_000,
  operationTimeoutMs: 20_000,
  ...more,
});
const plainShell = { environment: {} };

/** An endpoint in front of a prompted guest, spoken to message by message. */
async function serve(t: Test, quotas: Partial<Quotas>, user = 'vagrant') {
  const guest = promptedGuest();
  const password = new Secret('vagrant');
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: user, password }],
    processes: guest,
    identity: { osVersion: '10.0.19045', computerName: 'GUEST' },
    allowUnencrypted: true,
    quotas,
  });
  t.teardown(() => service.close());
  const post = async (message: string | Buffer): Promise<{ readonly status: number; readonly body: string }> => {
    const answer = await httpRequest(service.url, {
      method: 'POST',
      body: message,
      headers: {
        'content-type': 'application/soap+xml;charset=UTF-8',
        authorization: `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString('base64')}`,
      },
    });
    return { status: answer.statusCode, body: await answer.body.text() };
  };
  const open = async (shellId?: string): Promise<string> => {
    const { body } = await post(joinParts(createRequest(context(), { ...plainShell, ...(shellId === undefined ? {} : { shellId }) })));
    return /Selector Name="ShellId">([^<]*)</.exec(body)?.[1] ?? '';
  };
  const start = (shellId: string, commandId?: string) =>
    post(
      joinParts(
        commandRequest(context(), shellId, {
          line: 'program',
          ...(commandId === undefined ? {} : { commandId }),
          skipCmdShell: false,
          consoleModeStdin: false,
        }),
      ),
    );
  const close = (shellId: string) => post(joinParts(deleteRequest(context(), shellId)));
  return { guest, post, open, start, close };
}

type Rig = Awaited<ReturnType<typeof serve>>;

/** Messages for answers whose message is not on record. */
const provocations: Readonly<Record<string, (rig: Rig) => Promise<readonly (string | Buffer)[]>>> = {
  'ruby-open-shell': async () => [joinParts(createRequest(context(), plainShell))],
  'ruby-open-shell-2008-r2': async () => [joinParts(createRequest(context(), plainShell))],
  'fault-schema': async () => [joinParts(createRequest(context(), plainShell)).toString().replaceAll('rsp:Shell>', 'rsp:Conch>')],
  'fault-operations-quota': async () => [joinParts(createRequest(context(), plainShell))],
  'fault-shells-quota': async ({ open }) => {
    for (let shells = 0; shells < 30; shells++) await open();
    return [joinParts(createRequest(context(), plainShell))];
  },
  'fault-must-understand': async () => [
    joinParts(createRequest(context(), plainShell))
      .toString()
      .replace('</s:Header>', '<w:ResourceUri s:mustUnderstand="true">x</w:ResourceUri></s:Header>'),
  ],
  'fault-timed-out': async ({ open, start }) => {
    await open('SHELL');
    await start('SHELL', '11111111-1111-1111-1111-111111111111');
    return [1, 2].map((id) =>
      joinParts(receiveRequest(context({ messageId: `uuid:${id}` }), 'SHELL', '11111111-1111-1111-1111-111111111111')),
    );
  },
};

/** What must be there before a message can be answered that looks at shells which were opened off the record. */
async function arrange({ open, start, close }: Rig, { request, response }: RecordedExchange, already: Set<string>): Promise<void> {
  const missing = async (shellId: string): Promise<void> => {
    if (already.has(shellId)) return;
    already.add(shellId);
    await open(shellId);
  };
  if (request === null) return;
  if (faultOf(response) && already.has(selectedShellOf(request) ?? '')) await close(selectedShellOf(request) ?? '');
  const listed = [...response.matchAll(/<rsp:ShellId>([^<]*)</g)].map(([, id = '']) => id);
  if (operationOf({ request, response, httpStatus: 200 }) === 'Create') return;
  for (const shellId of listed) await missing(shellId);
  if (count('rsp:Command', response) === 1) {
    const shellId = selectedShellOf(request) ?? '';
    await missing(shellId);
    await start(shellId, commandIdOf(response));
  }
}

for (const recording of recordings) {
  const why = unanswerable[recording.name];
  if (why !== undefined) continue;
  t.test(`${recording.name}: ${recording.title}`, async (t) => {
    const rig = await serve(t, quotasFor(recording.name, recording.exchanges), ownerIn(recording));
    const provoked = await provocations[recording.name]?.(rig);
    /** Ids on record and the ones our endpoint gave in their place. */
    const ours = new Map<string, string>();
    const opened = new Set<string>();
    const comparison = {
      tolerances: tolerancesFor(recording),
      unordered: /rsp:Environment$/,
      used: (tolerance: Tolerance) => void usedTolerances.add(tolerance),
    };
    for (const [at, exchange] of recording.exchanges.entries()) {
      const { request, response } = exchange;
      await arrange(rig, exchange, opened);
      if (operationOf(exchange) === 'Receive' && faultOf(response) === undefined) rig.guest.say(chunksOf(response), exitCodeOf(response));
      let message = request ?? provoked?.[at]?.toString() ?? '';
      for (const [recorded, given] of ours) message = message.replaceAll(recorded, given);
      const answer = await rig.post(message);
      t.equal(answer.status, exchange.httpStatus, `HTTP status of answer ${at + 1}`);
      if (operationOf(exchange) === 'Create' && selectedShellOf(response))
        ours.set(selectedShellOf(response) ?? '', selectedShellOf(answer.body) ?? '');
      if (operationOf(exchange) === 'Command') ours.set(commandIdOf(response) ?? '', commandIdOf(answer.body) ?? '');
      let body = answer.body;
      for (const [recorded, given] of ours) body = body.replaceAll(given, recorded);
      t.same(messageNodes(body, comparison), messageNodes(response, comparison), `answer ${at + 1}`);
      const relatesTo = /RelatesTo>([^<]*)</.exec(answer.body)?.[1];
      if (relatesTo !== undefined) t.equal(relatesTo, messageIdOf(message), 'it answers the message');
    }
  });
}

t.test('standard input and the command line arrive as the recorded clients sent them', async (t) => {
  const play = async (name: string) => {
    const rig = await serve(t, {});
    const ours = new Map<string, string>();
    for (const exchange of recordings.find((recording) => recording.name === name)?.exchanges ?? []) {
      if (operationOf(exchange) === 'Receive') rig.guest.say(chunksOf(exchange.response), exitCodeOf(exchange.response));
      let message = exchange.request ?? '';
      for (const [recorded, given] of ours) message = message.replaceAll(recorded, given);
      const { body } = await rig.post(message);
      if (operationOf(exchange) === 'Create') ours.set(selectedShellOf(exchange.response) ?? '', selectedShellOf(body) ?? '');
      if (operationOf(exchange) === 'Command') ours.set(commandIdOf(exchange.response) ?? '', commandIdOf(body) ?? '');
    }
    return rig.guest;
  };
  const typed = await play('shell-send');
  t.same(typed.started, ['powershell.exe -']);
  t.equal(typed.stdin().bytes.toString(), 'Write-Host "output 1";Write-Host "output 2";');
  t.equal(typed.stdin().ended, true);
  t.same((await play('ids-in-ones-command')).started, ['ipconfig /all']);
  t.same((await play('shell-standard')).started, ['cmd.exe /c echo hi']);
});

t.test('nothing is tolerated or left out without need', async (t) => {
  const all = [...tolerances, ...Object.values(particular).flat()];
  t.same(
    all.filter((tolerance) => !usedTolerances.has(tolerance)).map(({ why }) => why),
    [],
  );
  const names = new Set(recordings.map(({ name }) => name));
  t.same(
    [...Object.keys(unanswerable), ...Object.keys(provocations)].filter((name) => !names.has(name)),
    [],
  );
});
