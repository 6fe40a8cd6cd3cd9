import t from 'tap';
import type { GuestProcesses } from '../../core/guest-processes.ts';
import { hostProcesses } from '../../testing/winrm/host-processes.ts';
import { faultCodes } from '../faults/fault-catalogue.ts';
import { parseFault } from '../faults/fault.ts';
import { commandRequest, parseCommandResponse } from '../messages/command.ts';
import { configRequest, parseConfigResponse } from '../messages/config.ts';
import { type CreateRequest, createRequest, parseCreateResponse } from '../messages/create.ts';
import { deleteRequest } from '../messages/delete.ts';
import { receiveRequest } from '../messages/receive.ts';
import type { RequestContext } from '../messages/request.ts';
import {
  getShellRequest,
  listCommandsRequest,
  listShellsRequest,
  parseGetShellResponse,
  parseListCommandsResponse,
  parseListShellsResponse,
} from '../messages/shells.ts';
import { signalRequest } from '../messages/signal.ts';
import { parseEnvelope } from '../soap/envelope.ts';
import { namespaces } from '../soap/namespaces.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import { type XmlPart, joinParts } from '../soap/xml-parts.ts';
import { Dispatcher } from './dispatcher.ts';
import { type Quotas, windowsQuotas } from './quotas.ts';
import type { EndpointSettings } from './config-in-force.ts';
import { ShellTable } from './shell-table.ts';

const never = new AbortController().signal;

/** A service without the HTTP before it: message in, answer out. */
function serve(quotas: Partial<Quotas> = {}, settings?: EndpointSettings, processes: GuestProcesses = hostProcesses()) {
  const all = { ...windowsQuotas, ...quotas };
  const shells = new ShellTable(processes, all);
  t.teardown(() => shells.closeAll());
  const dispatcher = new Dispatcher(shells, all, '10.0.19045', settings);
  let count = 0;
  const context = (more: Partial<RequestContext> = {}): RequestContext => ({
    to: 'http://guest:5985/wsman',
    messageId: `uuid:${++count}`,
    sessionId: 'uuid:S',
    maxEnvelopeBytes: 512_000,
    operationTimeoutMs: 10_000,
    ...more,
  });
  const answer = async (message: readonly XmlPart[] | string | Buffer, user = 'one') => {
    const document = typeof message === 'string' ? Buffer.from(message) : Buffer.isBuffer(message) ? message : joinParts(message);
    const { status, parts } = await dispatcher.answer(document, { user, clientIp: '10.1.2.3', gone: never });
    const envelope = parseEnvelope(joinParts(parts), 1_000_000);
    return { status, ...envelope, fault: parseFault(envelope.body) };
  };
  const body = async (message: readonly XmlPart[] | string | Buffer, user?: string): Promise<XmlElement> => {
    const { status, body: content, fault } = await answer(message, user);
    if (status !== 200) throw new Error(`fault ${fault?.code}: ${fault?.reason}`);
    return content;
  };
  const create = (wanted: Partial<CreateRequest> = {}) => createRequest(context(), { environment: {}, ...wanted });
  const open = async (wanted?: Partial<CreateRequest>, user?: string) => parseCreateResponse(await body(create(wanted), user));
  const command = (shellId: string, line: string, commandId?: string) =>
    commandRequest(context(), shellId, {
      line,
      ...(commandId === undefined ? {} : { commandId }),
      skipCmdShell: false,
      consoleModeStdin: false,
    });
  return { context, answer, body, create, open, command };
}

const text = (parts: readonly XmlPart[]): string => joinParts(parts).toString();

t.test('the settings are those that are in force', async (t) => {
  const quotas = {
    maxEnvelopeBytes: 153_600,
    maxShellsPerUser: 7,
    maxProcessesPerShell: 3,
    maxOperationsPerUser: 99,
    maxConcurrentUsers: 2,
    maxOperationTimeoutMs: 30_000,
    shellIdleTimeoutMs: 60_000,
  };
  const strict = serve(quotas, { allowUnencrypted: false, basic: false, cbtHardeningLevel: 'Strict' });
  t.match(parseConfigResponse(await strict.body(configRequest(strict.context()))), {
    maxEnvelopeSizeKb: 150,
    maxTimeoutMs: 30_000,
    service: {
      maxConcurrentOperationsPerUser: 99,
      allowUnencrypted: false,
      auth: { basic: false, negotiate: true, cbtHardeningLevel: 'Strict' },
    },
    winrs: { idleTimeoutMs: 60_000, maxConcurrentUsers: 2, maxProcessesPerShell: 3, maxShellsPerUser: 7 },
  });
  const open = serve({}, { allowUnencrypted: true, basic: true });
  t.match(parseConfigResponse(await open.body(configRequest(open.context()))), {
    maxEnvelopeSizeKb: 500,
    service: { allowUnencrypted: true, auth: { basic: true, cbtHardeningLevel: 'Relaxed' } },
  });
  const small = await open.answer(configRequest(open.context({ maxEnvelopeBytes: 2000 })));
  t.match(small, { status: 500, fault: { code: faultCodes.answerTooLarge, subcode: 'EncodingLimit' } }, 'an answer that does not fit');
});

t.test('what the service does not have is refused by name', async (t) => {
  const { answer, create, context } = serve();
  const powershell = 'http://schemas.microsoft.com/powershell/Microsoft.PowerShell';
  const psrp = await answer(text(create()).replace(`${namespaces.rsp}/cmd<`, `${powershell}<`));
  t.match(psrp.fault, { code: faultCodes.invalidResourceUri, subcode: 'DestinationUnreachable' });
  t.ok(psrp.fault?.reason.includes(`(${powershell})`), 'the resource is named');
  for (const action of ['Connect', 'Disconnect', 'Reconnect']) {
    const { fault } = await answer(text(create()).replace(`${namespaces.x}/Create<`, `${namespaces.rsp}/${action}<`));
    t.match(fault, { code: faultCodes.unsupportedAction, subcode: 'ActionNotSupported' }, action);
  }
  const listed = await answer(
    text(listShellsRequest(context())).replace(`${namespaces.rsp}</w:ResourceURI>`, `${namespaces.rsp}/cmd</w:ResourceURI>`),
  );
  t.match(listed.fault, { code: faultCodes.actionMismatch }, 'the command shell is no list');
  const paged = await answer(text(listShellsRequest(context())).replace('<w:OptimizeEnumeration/>', ''));
  t.match(paged.fault, { code: faultCodes.actionMismatch }, 'lists are not given page by page');
  const written = await answer(text(configRequest(context())).replace(`${namespaces.x}/Get<`, `${namespaces.x}/Delete<`));
  t.match(written.fault, { code: faultCodes.actionMismatch }, 'settings are not changed');
});

t.test('headers', async (t) => {
  const { answer, body, create } = serve();
  const message = text(create());
  const header = (xml: string): string => message.replace('</s:Header>', `${xml}</s:Header>`);
  const odd = '<q:Trick xmlns:q="urn:q"';
  for (const attribute of ['s:mustUnderstand="true"', 's:mustUnderstand="1"', 'mustUnderstand="true"']) {
    const refused = await answer(header(`${odd} ${attribute}/>`));
    t.match(refused, { status: 500, fault: { value: 'MustUnderstand' } }, attribute);
    const named = refused.header?.get(namespaces.s, 'NotUnderstood').attributes.get('qname') ?? '';
    t.match(named, /:Trick$/);
  }
  t.ok(await body(header(`${odd} s:mustUnderstand="false"/>`)), 'what need not be understood is passed over');
  t.ok(await body(header(`${odd}/>`)));
  t.ok(await body(message.replaceAll('s:mustUnderstand', 'mustUnderstand')), 'the attribute without its prefix');
  t.ok(await body(message.replaceAll(/(<\/?| )s:/g, '$1soap:').replace('xmlns:s=', 'xmlns:soap=')), 'another prefix');
  const fragment = '<w:FragmentTransfer s:mustUnderstand="true">x</w:FragmentTransfer>';
  t.match((await answer(header(fragment))).fault, { value: 'MustUnderstand' }, 'parts of a resource are not given');
  for (const missing of ['Action', 'MessageID']) {
    const { fault } = await answer(message.replace(new RegExp(`<a:${missing}.*?</a:${missing}>`), ''));
    t.match(fault, { code: faultCodes.headerRequired, subcode: 'MessageInformationHeaderRequired' }, missing);
  }
  for (const timeout of ['PT-1S', 'soon', 'P1Y']) {
    const { fault } = await answer(message.replace('PT10S', timeout));
    t.match(fault, { code: faultCodes.invalidHeader, subcode: 'InvalidMessageInformationHeader' }, timeout);
    t.ok(fault?.reason.includes(timeout));
  }
  t.ok(await body(message.replace(/<w:OperationTimeout>.*?<\/w:OperationTimeout>/, '')), 'a time-out is not needed');
  t.ok(await body(Buffer.from(message, 'utf16le')), 'UTF-16');
});

t.test('a shell is opened as it was asked for', async (t) => {
  const { open, answer, create, body, context, command } = serve();
  const wanted = {
    shellId: 'abcdef01-0000-0000-0000-000000000000',
    name: 'mine',
    environment: { A: '1', B: 'ü' },
    workingDirectory: '/',
    lifetimeMs: 60_000,
    idleTimeoutMs: 30_000,
    noProfile: true,
  };
  t.match(await open(wanted), {
    shellId: wanted.shellId,
    name: 'mine',
    environment: wanted.environment,
    workingDirectory: '/',
    lifetimeMs: 60_000,
    idleTimeoutMs: 30_000,
    owner: 'one',
    clientIp: '10.1.2.3',
    runTimeMs: 0,
  });
  t.match(
    (await answer(create({ shellId: wanted.shellId.toUpperCase() }))).fault,
    { code: faultCodes.invalidParameter },
    'an id is given once',
  );
  t.match((await answer(create({ idleTimeoutMs: 0 }))).fault, { code: faultCodes.invalidParameter });
  t.equal(
    (await open({ idleTimeoutMs: 1_000_000_000 })).idleTimeoutMs,
    windowsQuotas.shellIdleTimeoutMs,
    'no longer than the service allows',
  );
  const commandId = parseCommandResponse(await body(command(wanted.shellId, 'sleep 60', 'my-command')));
  t.equal(commandId, 'my-command', 'the id of a command is the client’s');
  t.match((await answer(command(wanted.shellId, 'true', 'MY-COMMAND'))).fault, { code: faultCodes.invalidParameter });
  t.match(parseGetShellResponse(await body(getShellRequest(context(), wanted.shellId))), {
    shellId: wanted.shellId,
    profileLoaded: false,
    state: 'Connected',
    childProcesses: 1,
    locale: 'en-US',
  });
  t.equal(parseListShellsResponse(await body(listShellsRequest(context()))).length, 2);
  t.same(parseListCommandsResponse(await body(listCommandsRequest(context(), wanted.shellId))), [
    { commandId: 'my-command', line: 'sleep 60', state: 'Running' },
  ]);
  t.same(parseListCommandsResponse(await body(listCommandsRequest(context(), 'gone'))), []);
  await body(deleteRequest(context(), wanted.shellId));
  t.match((await answer(getShellRequest(context(), wanted.shellId))).fault, { code: faultCodes.shellNotFound });
});

t.test('values are read in any case, text also from CDATA', async (t) => {
  const started: string[] = [];
  const pages: number[] = [];
  const processes: GuestProcesses = {
    start: (command) => {
      started.push(`${command.shell} ${command.line}`);
      pages.push(command.codePage);
      return hostProcesses().start({ ...command, line: 'true', shell: 'cmd' });
    },
  };
  const { body, command, create } = serve({}, undefined, processes);
  for (const value of ['TRUE', 'True', 'true']) {
    const { shellId } = parseCreateResponse(await body(text(create({ noProfile: true, codePage: 850 })).replace('>TRUE<', `> ${value} <`)));
    await body(text(command(shellId, 'a & b')).replace('SHELL">FALSE<', `SHELL">${value}<`).replace('a &amp; b', '<![CDATA[a & b]]>'));
  }
  t.same(started, ['none a & b', 'none a & b', 'none a & b']);
  t.same(pages, [850, 850, 850]);
});

t.test('operations of a user are counted, those that wait too', async (t) => {
  const { open, answer, body, command, context } = serve({ maxOperationsPerUser: 2, maxOperationTimeoutMs: 400 });
  const { shellId } = await open();
  const ids = [
    parseCommandResponse(await body(command(shellId, 'sleep 60'))),
    parseCommandResponse(await body(command(shellId, 'sleep 60'))),
  ];
  const waiting = ids.map((id) => answer(receiveRequest(context(), shellId, id)));
  const third = await answer(getShellRequest(context(), shellId));
  t.match(third.fault, { code: faultCodes.operationsPerUser, reason: /maximum number of 2 concurrent operations/ });
  t.equal((await answer(getShellRequest(context(), shellId), 'two')).status, 200, 'others are not touched by it');
  t.same(
    (await Promise.all(waiting)).map(({ fault }) => fault?.code),
    [faultCodes.timedOut, faultCodes.timedOut],
  );
  t.equal((await answer(getShellRequest(context(), shellId))).status, 200, 'what is over counts no more');
});

t.test('users with shells are counted', async (t) => {
  const { open, answer, create, body, context } = serve({ maxConcurrentUsers: 2 });
  const first = await open({}, 'one');
  await open({}, 'two');
  t.match((await answer(create(), 'three')).fault, { code: faultCodes.concurrentUsers });
  await open({}, 'one');
  t.equal((await answer(create(), 'two')).status, 200, 'those who have one may have another');
  await body(deleteRequest(context(), first.shellId), 'one');
  t.match((await answer(create(), 'three')).fault, { code: faultCodes.concurrentUsers }, 'user one still has a shell');
});

t.test('a shell ends with its time, used or not', async (t) => {
  const { open, answer, body, command, context } = serve();
  const lived = await open({ lifetimeMs: 150 });
  const idle = await open({ idleTimeoutMs: 150 });
  const busy = await open({ idleTimeoutMs: 150 });
  await body(command(lived.shellId, 'sleep 60'));
  const commandId = parseCommandResponse(await body(command(busy.shellId, 'sleep 60')));
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const { shellId } of [lived, idle])
    t.match((await answer(getShellRequest(context(), shellId))).fault, { code: faultCodes.shellNotFound });
  t.equal((await answer(getShellRequest(context(), busy.shellId))).status, 200, 'a shell in which something runs is not idle');
  await body(signalRequest(context(), busy.shellId, commandId, 'terminate'));
});

t.test('no answer is larger than messages may be, whatever a request would have it repeat', async (t) => {
  const { answer, body, create, context } = serve();
  const quotes = '"'.repeat(80_000);
  const raw = text(create({ environment: { A: quotes }, name: quotes.slice(0, 20_000) })).replaceAll('&quot;', '"');
  const { shellId, ...rest } = parseCreateResponse(await body(raw));
  t.same(rest, {}, 'the shell is not described');
  t.ok(shellId);
  for (const message of [getShellRequest(context(), shellId), listShellsRequest(context())])
    t.match((await answer(message)).fault, { code: faultCodes.answerTooLarge });
  t.match((await answer(create({ shellId: 'x'.repeat(300) }))).fault, { code: faultCodes.schemaViolation });
  await body(deleteRequest(context(), shellId));
  const strange = text(create()).replaceAll('xml:lang="en-US"', `xml:lang="${'no language '.repeat(10_000)}"`);
  const opened = parseCreateResponse(await body(strange));
  t.match(parseGetShellResponse(await body(getShellRequest(context(), opened.shellId))), { locale: 'en-US', dataLocale: 'en-US' });
});
