import t from 'tap';
import { LabError } from '../../core/error.ts';
import { parseEnvelope } from '../soap/envelope.ts';
import { declare, namespaces } from '../soap/namespaces.ts';
import { joinParts } from '../soap/xml-parts.ts';
import { describeFaultCode, faultCodes, faultHint, knownFault, knownFaults } from './fault-catalogue.ts';
import { type Fault, WinrmFault, buildFault, faultOf, parseFault } from './fault.ts';
import { type Refusal, windowsFaults } from './windows-faults.ts';

const read = (fault: string): Fault | undefined =>
  parseFault(
    parseEnvelope(Buffer.from(`<s:Envelope ${declare(['s', 'a', 'w', 'p'])}><s:Header/><s:Body>${fault}</s:Body></s:Envelope>`), 100_000)
      .body,
  );

const soapFault = (detail: string): string =>
  `<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en-US">General. </s:Text></s:Reason><s:Detail>${detail}</s:Detail></s:Fault>`;

t.test('every fault the endpoint gives is one the client understands', async (t) => {
  const refusals: readonly Refusal[] = [
    windowsFaults.timedOut(),
    windowsFaults.shellNotFound('A & B'),
    windowsFaults.commandNotFound(),
    windowsFaults.invalidParameter(),
    windowsFaults.accessDenied(),
    windowsFaults.tooManyShells(30),
    windowsFaults.tooManyProcesses(25),
    windowsFaults.commandTooLong(),
    windowsFaults.cannotStart(2, 'The system cannot find the file specified. '),
    windowsFaults.pipeEnded(),
    windowsFaults.unsupportedAction('urn:x'),
    windowsFaults.resourceNotFound('urn:y'),
    windowsFaults.shellUnknown(),
    windowsFaults.tooManyOperations(1500),
    windowsFaults.tooManyUsers(),
    windowsFaults.actionMismatch('Enumerate'),
    windowsFaults.invalidTimeout('PT-1S'),
    windowsFaults.headerRequired(),
    windowsFaults.answerTooLarge(),
    windowsFaults.schemaViolation('what <was> wrong'),
  ];
  for (const { answer } of refusals) {
    const { header, body } = parseEnvelope(joinParts(buildFault({ messageId: 'uuid:1', relatesTo: 'uuid:2' }, 'host', answer)), 100_000);
    const fault = parseFault(body);
    t.same(fault, {
      code: answer.code,
      value: answer.value.slice(2),
      subcode: answer.subcode?.slice(2),
      reason: (answer.message ?? answer.reason).trim(),
    });
    t.ok(header?.textOf(namespaces.a, 'Action')?.endsWith('/fault'));
    t.equal(
      header?.textOf(namespaces.a, 'RelatesTo'),
      answer.found === 'by-quotas' ? undefined : 'uuid:2',
      'quotas are told without saying to whom',
    );
    t.not(faultHint(answer.code), faultHint(undefined), `${answer.code} has a hint of its own`);
  }
  t.equal(windowsFaults.cannotStart(2, '').answer.code, faultCodes.fileNotFound);
});

t.test('the catalogue holds every code once', async (t) => {
  const ascending = (a: number, b: number): number => a - b;
  t.same(knownFaults.map((known) => known.code).toSorted(ascending), Object.values(faultCodes).toSorted(ascending));
});

t.test('the shapes services answer in', async (t) => {
  t.equal(read('<x/>'), undefined, 'no fault');
  t.same(read(soapFault('')), { code: undefined, value: 'Receiver', subcode: 'InternalError', reason: 'General.' });
  const nested = `<f:WSManFault xmlns:f="${namespaces.f}" Code="2150858778" Machine="m"><f:Message><f:ProviderFault provider="p"><f:WSManFault Code="1"><f:Message>Deep inside. </f:Message></f:WSManFault></f:ProviderFault></f:Message></f:WSManFault>`;
  t.match(read(soapFault(nested)), { code: 2150858778, reason: 'Deep inside.' });
  const wmi = `<q:MSFT_WmiError xmlns:q="${namespaces.wmiError}"><q:Message>Too many shells. </q:Message><q:error_Code>2150859173</q:error_Code></q:MSFT_WmiError>`;
  t.match(read(soapFault(wmi)), { code: faultCodes.shellsPerUser, reason: 'Too many shells.' });
  t.match(read('<s:Fault><s:Code><s:Value>s:Unknown</s:Value></s:Code></s:Fault>'), {
    code: undefined,
    value: 'Unknown',
    subcode: undefined,
    reason: 'no reason given',
  });
  const endless = read(
    soapFault(`<f:WSManFault xmlns:f="${namespaces.f}" Code="5"><f:Message>${'word '.repeat(5000)}</f:Message></f:WSManFault>`),
  );
  t.ok((endless?.reason.length ?? 0) <= 2000, 'a reason is bounded');
});

t.test('a fault is found behind the error that carries it', async (t) => {
  const fault: Fault = { code: 5, value: 'Sender', subcode: 'AccessDenied', reason: 'no' };
  const error = LabError.of(
    'winrm.fault',
    { action: 'Create', code: 5, reason: 'no', advice: faultHint(5) },
    { cause: new WinrmFault(fault) },
  );
  t.equal(faultOf(error), fault);
  t.equal(faultOf(new Error('other')), undefined);
  t.match(error.hint, 'LocalAccountTokenFilterPolicy');
});

t.test('a code is told in every form in which people look it up', async (t) => {
  t.equal(describeFaultCode(2150858793), '2150858793 (0x80338029, ERROR_WSMAN_OPERATION_TIMEDOUT)');
  t.equal(describeFaultCode(5), '5 (0x00000005, ERROR_ACCESS_DENIED)');
  t.equal(describeFaultCode(0x8033_9999), '2150865305 (0x80339999)');
  t.equal(knownFault(faultCodes.fileNotFound)?.name, 'ERROR_FILE_NOT_FOUND');
  t.equal(knownFault(undefined), undefined);
  // The numbers of MS-ERREF and wsmerror.h, in the form in which they stand there.
  t.match(faultCodes, { fileNotFound: 2147942402, commandTooLong: 2147942606, profileUnloading: 2147943418, shellNotFound: 2150858843 });
  t.match(faultCodes, { invalidHeader: 2150858767, shellsPerUser: 2150859173, operationsPerUser: 2150859174, concurrentUsers: 2150859179 });
});

t.test('a header that is not understood is named', async (t) => {
  const { answer } = windowsFaults.notUnderstood({ namespace: 'urn:a&b', name: 'Trick' });
  const { header, body } = parseEnvelope(joinParts(buildFault({ messageId: 'uuid:1' }, 'host', answer)), 100_000);
  const named = header?.get(namespaces.s, 'NotUnderstood');
  t.match(named?.attributes.get('qname'), /^\w+:Trick$/);
  t.match(parseFault(body), { code: undefined, value: 'MustUnderstand', subcode: undefined, reason: /marked as mustUnderstand/ });
  t.equal(body.get(namespaces.s, 'Fault').find(namespaces.s, 'Detail'), undefined, 'Windows gives no more detail');
});

t.test('a code with a sign is the same code', async (t) => {
  const windows = (code: string): string =>
    `<f:WSManFault xmlns:f="${namespaces.f}" Code="${code}"><f:Message>x</f:Message></f:WSManFault>`;
  t.equal(read(soapFault(windows('-2144108503')))?.code, faultCodes.timedOut);
  t.equal(read(soapFault(windows('x')))?.code, undefined);
});
