import { mutateDocument, mutateHttp, plainHttp } from './http-corpus.ts';
import { nasty } from './nasty-values.ts';
import type { Random } from './random.ts';

const SHELL = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell';
const TRANSFER = 'http://schemas.xmlsoap.org/ws/2004/09/transfer';
const ENUMERATION = 'http://schemas.xmlsoap.org/ws/2004/09/enumeration';
const FAULT = 'http://schemas.microsoft.com/wbem/wsman/1/wsmanfault';
const CONFIG = 'http://schemas.microsoft.com/wbem/wsman/1/config';

const shellId = '22222222-2222-2222-2222-222222222222';

const description =
  `<rsp:Shell xmlns:rsp="${SHELL}"><rsp:ShellId>${shellId}</rsp:ShellId><rsp:ResourceUri>${SHELL}/cmd</rsp:ResourceUri><rsp:Owner>user</rsp:Owner>` +
  '<rsp:ClientIP>127.0.0.1</rsp:ClientIP><rsp:ProcessId>4711</rsp:ProcessId><rsp:IdleTimeOut>PT7200.000S</rsp:IdleTimeOut>' +
  '<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams><rsp:ShellRunTime>P0DT0H0M1S</rsp:ShellRunTime>' +
  '<rsp:ShellInactivity>P0DT0H0M1S</rsp:ShellInactivity></rsp:Shell>';

/** What is asked, as the client names it, and what a healthy service answers: action and body. */
const answers: Readonly<Record<string, (commandId: string) => readonly [action: string, body: string]>> = {
  Create: () => [
    `${TRANSFER}/CreateResponse`,
    `<x:ResourceCreated><a:Address>http://guest/wsman</a:Address><a:ReferenceParameters><w:ResourceURI>${SHELL}/cmd</w:ResourceURI><w:SelectorSet>` +
      `<w:Selector Name="ShellId">${shellId}</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>${description}`,
  ],
  Command: (id) => [`${SHELL}/CommandResponse`, `<rsp:CommandResponse><rsp:CommandId>${id}</rsp:CommandId></rsp:CommandResponse>`],
  Receive: (id) => [
    `${SHELL}/ReceiveResponse`,
    `<rsp:ReceiveResponse><rsp:Stream Name="stdout" CommandId="${id}">aGVsbG8=</rsp:Stream><rsp:Stream Name="stderr" CommandId="${id}">b29wcw==</rsp:Stream>` +
      `<rsp:Stream Name="stdout" CommandId="${id}" End="true"></rsp:Stream><rsp:CommandState CommandId="${id}" State="${SHELL}/CommandState/Done">` +
      '<rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>',
  ],
  Send: () => [`${SHELL}/SendResponse`, '<rsp:SendResponse/>'],
  Signal: () => [`${SHELL}/SignalResponse`, '<rsp:SignalResponse/>'],
  Delete: () => [`${TRANSFER}/DeleteResponse`, ''],
  Enumerate: () => [
    `${ENUMERATION}/EnumerateResponse`,
    `<n:EnumerateResponse><n:EnumerationContext/><w:Items>${description}</w:Items><w:EndOfSequence/></n:EnumerateResponse>`,
  ],
  'Get of a shell': () => [`${TRANSFER}/GetResponse`, description],
  'Get of config': () => [
    `${TRANSFER}/GetResponse`,
    `<cfg:Config xmlns:cfg="${CONFIG}"><cfg:MaxEnvelopeSizekb>500</cfg:MaxEnvelopeSizekb><cfg:MaxTimeoutms>60000</cfg:MaxTimeoutms>` +
      '<cfg:Service><cfg:AllowUnencrypted>false</cfg:AllowUnencrypted><cfg:Auth><cfg:Basic>false</cfg:Basic><cfg:Kerberos>true</cfg:Kerberos>' +
      '<cfg:Negotiate>true</cfg:Negotiate><cfg:CbtHardeningLevel>Relaxed</cfg:CbtHardeningLevel></cfg:Auth></cfg:Service>' +
      '<cfg:Winrs><cfg:AllowRemoteShellAccess>true</cfg:AllowRemoteShellAccess><cfg:IdleTimeout>7200000</cfg:IdleTimeout>' +
      '<cfg:MaxShellsPerUser>30</cfg:MaxShellsPerUser></cfg:Winrs></cfg:Config>',
  ],
};

/** What a client asks that a hostile service may answer: every kind but Identify has its answers here. */
export const questions: readonly string[] = ['Identify', ...Object.keys(answers)];

const IDENTITY =
  '<s:Envelope xml:lang="en-US" xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>' +
  '<wsmid:IdentifyResponse xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">' +
  '<wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</wsmid:ProtocolVersion>' +
  '<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor><wsmid:ProductVersion>OS: 10.0.19045 SP: 0.0 Stack: 3.0</wsmid:ProductVersion>' +
  '</wsmid:IdentifyResponse></s:Body></s:Envelope>';

const envelope = (action: string, relatesTo: string, body: string): string =>
  '<s:Envelope xml:lang="en-US" xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" ' +
  `xmlns:x="${TRANSFER}" xmlns:n="${ENUMERATION}" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" ` +
  `xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:rsp="${SHELL}"><s:Header><a:Action>${action}</a:Action>` +
  '<a:MessageID>uuid:33333333-3333-3333-3333-333333333333</a:MessageID>' +
  '<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>' +
  `<a:RelatesTo>${relatesTo}</a:RelatesTo></s:Header><s:Body>${body}</s:Body></s:Envelope>`;

/** Which question a request puts. */
export function questionOf(request: string): string {
  if (request.includes('Identify')) return 'Identify';
  // …/transfer/Create</a:Action>
  const action = /\/([A-Za-z]+)<\/a:Action>/.exec(request)?.[1] ?? '';
  if (action !== 'Get') return action;
  return request.includes(`${CONFIG}<`) ? 'Get of config' : 'Get of a shell';
}

/** The healthy answer to a request. */
export function healthyAnswer(request: string, question = questionOf(request)): string {
  if (question === 'Identify') return IDENTITY;
  const commandId = /CommandId="([^"]*)"/.exec(request)?.[1] ?? '';
  const [action, body] = answers[question]?.(commandId) ?? ['urn:unknown', ''];
  return envelope(action, /<a:MessageID>([^<]*)</.exec(request)?.[1] ?? '', body);
}

const CODES: readonly number[] = [5, 87, 109, 232, 995, 2147942402, 2150858793, 2150858843, 2150859173, 2150858817, 0, -1, 4294967296];

function fault(random: Random, request: string): string {
  const relatesTo = random.oneIn(4) ? nasty(random) : (/<a:MessageID>([^<]*)</.exec(request)?.[1] ?? '');
  const code = random.oneIn(4) ? nasty(random) : String(random.pick(CODES));
  const detail = random.pick([
    `<f:WSManFault xmlns:f="${FAULT}" Code="${code}" Machine="guest"><f:Message>why</f:Message></f:WSManFault>`,
    `<f:WSManFault xmlns:f="${FAULT}" Code="${code}"><f:Message><f:ProviderFault provider="p"><f:WSManFault Code="1"/></f:ProviderFault></f:Message></f:WSManFault>`,
    `<e:MSFT_WmiError xmlns:e="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"><e:error_Code>${code}</e:error_Code></e:MSFT_WmiError>`,
    '',
  ]);
  return envelope(
    'http://schemas.dmtf.org/wbem/wsman/1/wsman/fault',
    relatesTo,
    `<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>${random.pick(['w:TimedOut', 'w:x', ''])}</s:Value></s:Subcode></s:Code>` +
      `<s:Reason><s:Text xml:lang="en-US">${random.oneIn(3) ? nasty(random) : 'why'}</s:Text></s:Reason><s:Detail>${detail}</s:Detail></s:Fault>`,
  );
}

/** Puts a wrong value in the place of one that stands in a text or an attribute. */
function withNastyValue(random: Random, answer: string): string {
  const places = [...answer.matchAll(/(?<=>)[^<>]+(?=<)|(?<==")[^"]+(?=")/g)];
  const place = random.pick(places);
  return answer.slice(0, place.index) + nasty(random) + answer.slice(place.index + place[0].length);
}

const SOAP = { 'Content-Type': 'application/soap+xml;charset=UTF-8' };
const LINES: readonly string[] = [
  'HTTP/1.1 200 OK',
  'HTTP/1.1 500 Internal Server Error',
  'HTTP/1.1 401 Unauthorized',
  'HTTP/1.1 413 Too Large',
  'HTTP/1.1 302 Found',
  'HTTP/1.1 204 No Content',
  'HTTP/1.1 101 Switching Protocols',
  'HTTP/1.0 200 OK',
  'HTTP/1.1 999 x',
  'HTTP/1.1 200',
];

/** An answer as the HTTP that carries it. */
export const carried = (status: number, body: Buffer, headers: Readonly<Record<string, string>> = SOAP): Buffer =>
  plainHttp(`HTTP/1.1 ${status} x`, headers, body);

/** The answer's document, mutated. */
export function spoiltDocument(random: Random, request: string): Buffer {
  const healthy = healthyAnswer(request, random.oneIn(12) ? random.pick(questions) : questionOf(request));
  switch (random.below(6)) {
    case 0:
      return Buffer.from(fault(random, request));
    case 1:
    case 2:
      return Buffer.from(withNastyValue(random, healthy));
    case 3:
      return mutateDocument(random, fault(random, request));
    default:
      return mutateDocument(random, healthy);
  }
}

/** A whole answer, mutated in its document or in the HTTP around it. */
export function spoiltAnswer(random: Random, request: string): Buffer {
  if (!random.oneIn(5)) return carried(random.oneIn(3) ? 500 : 200, spoiltDocument(random, request));
  const body = random.oneIn(2) ? Buffer.from(healthyAnswer(request)) : spoiltDocument(random, request);
  return mutateHttp(random, random.pick(LINES), SOAP, random.oneIn(50) ? Buffer.alloc(2 << 20, body) : body);
}
