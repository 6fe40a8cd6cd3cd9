import { mutateBytes } from './mutate-bytes.ts';
import { mutateXml } from './mutate-xml.ts';
import { nasty } from './nasty-values.ts';
import type { Random } from './random.ts';
import { commandId, shellIdMark } from './well-known-ids.ts';

// Written by hand: a mistake that both our ends share must not hide in a corpus that either of them made.

const SHELL = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell';
const TRANSFER = 'http://schemas.xmlsoap.org/ws/2004/09/transfer';
const ENUMERATION = 'http://schemas.xmlsoap.org/ws/2004/09/enumeration';

/** What a request says, field by field. */
type Fields = Readonly<Record<string, string>>;

interface Template {
  readonly name: string;
  readonly action: string;
  readonly fields: Fields;
  readonly body: (field: (name: string) => string) => string;
}

const HEADER: Fields = {
  to: 'http://127.0.0.1:5985/wsman',
  reply: 'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous',
  resource: `${SHELL}/cmd`,
  size: '153600',
  timeout: 'PT0.02S',
  locale: 'en-US',
  session: 'uuid:11111111-2222-3333-4444-555555555555',
  shell: shellIdMark,
  option1: 'TRUE',
  option2: '65001',
};

const templates: readonly Template[] = [
  {
    name: 'Create',
    action: `${TRANSFER}/Create`,
    fields: { cwd: 'C:\\', name: 'NAME', value: 'a value', idle: 'PT7200.000S', in: 'stdin', out: 'stdout stderr' },
    body: (field) =>
      `<rsp:Shell><rsp:Environment><rsp:Variable Name="${field('name')}">${field('value')}</rsp:Variable></rsp:Environment>` +
      `<rsp:WorkingDirectory>${field('cwd')}</rsp:WorkingDirectory><rsp:IdleTimeOut>${field('idle')}</rsp:IdleTimeOut>` +
      `<rsp:InputStreams>${field('in')}</rsp:InputStreams><rsp:OutputStreams>${field('out')}</rsp:OutputStreams></rsp:Shell>`,
  },
  {
    name: 'Command',
    action: `${SHELL}/Command`,
    fields: { id: '', line: 'echo', argument: 'a "b" c' },
    body: (field) =>
      `<rsp:CommandLine${field('id') === '' ? '' : ` CommandId="${field('id')}"`}><rsp:Command>${field('line')}</rsp:Command>` +
      `<rsp:Arguments>${field('argument')}</rsp:Arguments></rsp:CommandLine>`,
  },
  {
    name: 'Send',
    action: `${SHELL}/Send`,
    fields: { command: commandId, stream: 'stdin', end: 'false', data: 'aGVsbG8NCg==' },
    body: (field) =>
      `<rsp:Send><rsp:Stream Name="${field('stream')}" CommandId="${field('command')}" End="${field('end')}">${field('data')}</rsp:Stream></rsp:Send>`,
  },
  {
    name: 'Receive',
    action: `${SHELL}/Receive`,
    fields: { command: commandId, streams: 'stdout stderr' },
    body: (field) =>
      `<rsp:Receive><rsp:DesiredStream CommandId="${field('command')}">${field('streams')}</rsp:DesiredStream></rsp:Receive>`,
  },
  {
    name: 'Signal',
    action: `${SHELL}/Signal`,
    fields: { command: commandId, code: `${SHELL}/signal/ctrl_c` },
    body: (field) => `<rsp:Signal CommandId="${field('command')}"><rsp:Code>${field('code')}</rsp:Code></rsp:Signal>`,
  },
  { name: 'Delete', action: `${TRANSFER}/Delete`, fields: {}, body: () => '' },
  {
    name: 'Get of config',
    action: `${TRANSFER}/Get`,
    fields: { resource: 'http://schemas.microsoft.com/wbem/wsman/1/config' },
    body: () => '',
  },
  { name: 'Get of a shell', action: `${TRANSFER}/Get`, fields: { resource: SHELL }, body: () => '' },
  {
    name: 'Enumerate',
    action: `${ENUMERATION}/Enumerate`,
    fields: { resource: SHELL, most: '32000' },
    body: (field) => `<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>${field('most')}</w:MaxElements></n:Enumerate>`,
  },
  {
    name: 'Pull',
    action: `${ENUMERATION}/Pull`,
    fields: { resource: SHELL, context: 'uuid:99999999-9999-9999-9999-999999999999' },
    body: (field) => `<n:Pull><n:EnumerationContext>${field('context')}</n:EnumerationContext></n:Pull>`,
  },
  { name: 'Disconnect', action: `${SHELL}/Disconnect`, fields: {}, body: () => '<rsp:Disconnect/>' },
];

const IDENTIFY =
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">' +
  '<s:Header/><s:Body><wsmid:Identify/></s:Body></s:Envelope>';

function render({ action, fields, body }: Template, messageId: string, changes: Fields): string {
  const all: Fields = { ...HEADER, action, message: messageId, ...fields, ...changes };
  const field = (name: string): string => all[name] ?? '';
  return (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" ' +
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" ' +
    `xmlns:n="${ENUMERATION}" xmlns:rsp="${SHELL}"><s:Header><a:To>${field('to')}</a:To>` +
    `<a:ReplyTo><a:Address s:mustUnderstand="true">${field('reply')}</a:Address></a:ReplyTo>` +
    `<a:Action s:mustUnderstand="true">${field('action')}</a:Action><a:MessageID>${field('message')}</a:MessageID>` +
    `<w:ResourceURI s:mustUnderstand="true">${field('resource')}</w:ResourceURI>` +
    `<w:MaxEnvelopeSize s:mustUnderstand="true">${field('size')}</w:MaxEnvelopeSize><w:OperationTimeout>${field('timeout')}</w:OperationTimeout>` +
    `<w:Locale xml:lang="${field('locale')}" s:mustUnderstand="false"/><p:SessionId s:mustUnderstand="false">${field('session')}</p:SessionId>` +
    (field('shell') === '' ? '' : `<w:SelectorSet><w:Selector Name="ShellId">${field('shell')}</w:Selector></w:SelectorSet>`) +
    `<w:OptionSet s:mustUnderstand="true"><w:Option Name="WINRS_SKIP_CMD_SHELL">${field('option1')}</w:Option>` +
    `<w:Option Name="WINRS_CODEPAGE">${field('option2')}</w:Option></w:OptionSet></s:Header><s:Body>${body(field)}</s:Body></s:Envelope>`
  );
}

/** Lines that the guest of these tests does something about. */
export const commandLines: readonly string[] = ['echo', 'cat', 'wait', 'flood', 'fail', 'quit 3221225786', 'quit -1'];

/** A request of any kind with one to three of its fields changed. */
function withNastyFields(random: Random, template: Template, messageId: string): string {
  const names = Object.keys({ ...HEADER, ...template.fields, action: '', message: '' });
  const changes: Record<string, string> = {};
  for (let left = random.size(3); left > 0; left--) changes[random.pick(names)] = nasty(random);
  return render(template, messageId, changes);
}

/** A request as any client might send it: healthy. */
function plain(random: Random, template: Template, messageId: string): string {
  const line: Fields = template.name === 'Command' ? { line: random.pick(commandLines), id: random.oneIn(3) ? commandId : '' } : {};
  return render(template, messageId, line);
}

export interface MadeRequest {
  readonly about: string;
  readonly bytes: Buffer;
  readonly mutated: boolean;
}

/** One mutated request, or, seldom, a healthy one: without those nothing would ever be running. */
export function makeRequest(random: Random): MadeRequest {
  const template = random.pick(templates);
  // Few ids, so that messages repeat those of others.
  const messageId = `uuid:${String(random.below(1000)).padStart(8, '0')}-AAAA-BBBB-CCCC-DDDDDDDDDDDD`;
  if (random.oneIn(25)) return { about: 'Identify', bytes: mutateXml(random, IDENTIFY), mutated: true };
  const how = random.below(8);
  return { about: template.name, bytes: made(random, template, messageId, how), mutated: how !== 0 };
}

function made(random: Random, template: Template, messageId: string, how: number): Buffer {
  if (how === 0) return Buffer.from(plain(random, template, messageId));
  if (how <= 2) return mutateBytes(random, Buffer.from(plain(random, template, messageId)));
  if (how <= 5) return mutateXml(random, plain(random, template, messageId));
  const nastily = withNastyFields(random, template, messageId);
  return how === 6 ? Buffer.from(nastily) : mutateXml(random, nastily);
}

/** The healthy life of a shell, for those who look whether it is still served. */
export const healthyRequest = (name: string, fields: Fields = {}, messageId = 'uuid:00000000-0000-0000-0000-00000000FACE'): Buffer => {
  const template = templates.find((one) => one.name === name);
  if (template === undefined) throw new TypeError(`there is no template ${name}`);
  return Buffer.from(render(template, messageId, fields));
};

/** Puts the real id of a shell where its mark stands, in whatever encoding. */
export function withShellId(bytes: Buffer, shellId: string): Buffer {
  let changed = bytes;
  for (const encoding of ['latin1', 'utf16le'] as const) {
    const mark = Buffer.from(shellIdMark, encoding);
    for (let at = changed.indexOf(mark); at !== -1; at = changed.indexOf(mark, at + mark.length)) {
      if (changed === bytes) changed = Buffer.from(bytes);
      Buffer.from(shellId, encoding).copy(changed, at);
    }
  }
  return changed;
}
