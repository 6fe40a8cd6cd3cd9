import type { QualifiedName } from '../messages/request.ts';
import type { FaultAnswer } from './fault.ts';
import { faultCodes } from './fault-catalogue.ts';

const DETAIL = 'http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/';
const INVALID_SELECTORS =
  'The WS-Management service cannot process the request because the request contained invalid selectors for the resource. ';

/** A fault on its way out of the endpoint. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly answer: FaultAnswer;

  constructor(answer: FaultAnswer) {
    super(answer.reason);
    this.answer = answer;
  }
}

const refuse = (answer: FaultAnswer): Refusal => new Refusal(answer);

/** The faults this endpoint gives, in Windows' words where they are known from recordings. */
export const windowsFaults = {
  timedOut: (): Refusal =>
    refuse({
      code: faultCodes.timedOut,
      value: 's:Receiver',
      subcode: 'w:TimedOut',
      reason: 'The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  ',
    }),
  shellNotFound: (shellId: string): Refusal =>
    refuse({
      code: faultCodes.shellNotFound,
      value: 's:Sender',
      subcode: 'w:InvalidSelectors',
      reason: INVALID_SELECTORS,
      message: `The request for the Windows Remote Shell with ShellId ${shellId} failed because the shell was not found on the server. Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the server. Provide the correct ShellId or create a new shell and retry the operation. `,
      detail: `${DETAIL}UnexpectedSelectors`,
    }),
  commandNotFound: (): Refusal =>
    refuse({
      code: faultCodes.shellNotFound,
      value: 's:Sender',
      subcode: 'w:InvalidSelectors',
      reason: INVALID_SELECTORS,
      message:
        'The Windows Remote Shell received a request to perform an operation on a command identifier that does not exist. Either the command has completed execution or the client specified an invalid command identifier. ',
      detail: `${DETAIL}UnexpectedSelectors`,
    }),
  invalidParameter: (): Refusal =>
    refuse({
      code: faultCodes.invalidParameter,
      value: 's:Sender',
      subcode: 'w:InvalidParameter',
      reason: 'The parameter is incorrect. ',
      detail: `${DETAIL}InvalidValue`,
      found: 'by-shell',
    }),
  accessDenied: (): Refusal =>
    refuse({ code: faultCodes.accessDenied, value: 's:Sender', subcode: 'w:AccessDenied', reason: 'Access is denied. ' }),
  shellUnknown: (): Refusal =>
    refuse({
      code: faultCodes.shellNotFound,
      value: 's:Sender',
      subcode: 'w:InvalidSelectors',
      reason: INVALID_SELECTORS,
      detail: `${DETAIL}UnexpectedSelectors`,
      found: 'by-shell-provider',
    }),
  tooManyShells: (most: number): Refusal =>
    refuse({
      code: faultCodes.shellsPerUser,
      value: 's:Sender',
      subcode: 'w:QuotaLimit',
      reason:
        'The WS-Management service cannot process the request. The maximum number of concurrent shells for this user has been exceeded. Close existing shells or raise the quota for this user. ',
      message: `The WS-Management service cannot process the request. This user is allowed a maximum number of ${most} concurrent shells, which has been exceeded. Close existing shells or raise the quota for this user. `,
      found: 'by-quotas',
    }),
  tooManyOperations: (most: number): Refusal =>
    refuse({
      code: faultCodes.operationsPerUser,
      value: 's:Receiver',
      subcode: 'w:InternalError',
      reason:
        'The WS-Management service cannot process the request. The maximum number of concurrent operations for this user has been exceeded. Close existing operations for this user, or raise the quota for this user. ',
      message: `The WS-Management service cannot process the request. This user is allowed a maximum number of ${most} concurrent operations, which has been exceeded. Close existing operations for this user, or raise the quota for this user. `,
      found: 'by-quotas',
    }),
  tooManyUsers: (): Refusal =>
    refuse({
      code: faultCodes.concurrentUsers,
      value: 's:Sender',
      subcode: 'w:QuotaLimit',
      reason:
        'The WS-Management service cannot process the request. The maximum number of users executing shell operations has been exceeded. Retry after sometime or raise the quota for concurrent shell users. ',
      found: 'by-quotas',
    }),
  tooManyProcesses: (most: number): Refusal =>
    refuse({
      code: faultCodes.processesPerShell,
      value: 's:Sender',
      subcode: 'w:QuotaLimit',
      reason: `The WS-Management service cannot process the request. The maximum number of concurrent commands per shell (${most}) has been exceeded. Retry the request later or raise the quota. `,
      found: 'by-quotas',
    }),
  commandTooLong: (): Refusal =>
    refuse({
      code: faultCodes.commandTooLong,
      value: 's:Receiver',
      subcode: 'w:InternalError',
      reason: 'The filename or extension is too long. ',
      found: 'by-shell',
    }),
  cannotStart: (win32Code: number, reason: string): Refusal =>
    // HRESULT_FROM_WIN32
    refuse({ code: (0x8007_0000 | win32Code) >>> 0, value: 's:Receiver', subcode: 'w:InternalError', reason, found: 'by-shell' }),
  pipeEnded: (): Refusal =>
    refuse({
      code: faultCodes.pipeEnded,
      value: 's:Receiver',
      subcode: 'w:InternalError',
      reason: 'The pipe has been ended. ',
      found: 'by-shell',
    }),
  unsupportedAction: (action: string): Refusal =>
    refuse({
      code: faultCodes.unsupportedAction,
      value: 's:Sender',
      subcode: 'a:ActionNotSupported',
      reason: `The WS-Management service cannot process the request because the WS-Addressing action ${action} is not supported. `,
    }),
  actionMismatch: (action: string): Refusal =>
    refuse({
      code: faultCodes.actionMismatch,
      value: 's:Sender',
      subcode: 'a:ActionNotSupported',
      reason:
        'The WS-Management service cannot process the request because the WS-Addressing Action URI in the request is not compatible with the resource. ',
      message: `The resource URI does not support the ${action} operation. `,
      detail: `${DETAIL}ActionMismatch`,
    }),
  resourceNotFound: (uri: string): Refusal =>
    refuse({
      code: faultCodes.invalidResourceUri,
      value: 's:Sender',
      subcode: 'a:DestinationUnreachable',
      reason:
        'The WS-Management service cannot process the request. The service cannot find the resource identified by the resource URI and selectors. ',
      message: `The WS-Management service cannot process the request. The resource URI (${uri}) was not found in the WS-Management catalog. The catalog contains the metadata that describes resources, or logical endpoints. `,
      detail: `${DETAIL}InvalidResourceURI`,
    }),
  invalidTimeout: (written: string): Refusal =>
    refuse({
      code: faultCodes.invalidHeader,
      value: 's:Sender',
      subcode: 'a:InvalidMessageInformationHeader',
      reason: 'The WS-Management service cannot process the request. The request contains one or more invalid SOAP headers. ',
      message: `The WS-Management service cannot process the request. The XML contains an invalid timeout field in the SOAP header: ${written}. `,
    }),
  headerRequired: (): Refusal =>
    refuse({
      code: faultCodes.headerRequired,
      value: 's:Sender',
      subcode: 'a:MessageInformationHeaderRequired',
      reason: 'The WS-Management service cannot process the request. The request does not have all the expected SOAP headers. ',
    }),
  notUnderstood: (header: QualifiedName): Refusal =>
    refuse({
      code: faultCodes.notUnderstood,
      value: 's:MustUnderstand',
      reason:
        'The WS-Management service cannot process a SOAP header in the request that is marked as mustUnderstand by the client.  This could be caused by the use of a version of the protocol which is not supported, or may be an incompatibility  between the client and server implementations. ',
      notUnderstood: header,
    }),
  answerTooLarge: (): Refusal =>
    refuse({
      code: faultCodes.answerTooLarge,
      value: 's:Sender',
      subcode: 'w:EncodingLimit',
      reason: 'The response that the WS-Management service computed exceeds the maximum envelope size in the request. ',
      detail: `${DETAIL}MaxEnvelopeSize`,
    }),
  schemaViolation: (what: string): Refusal =>
    refuse({
      code: faultCodes.schemaViolation,
      value: 's:Sender',
      subcode: 'w:SchemaValidationError',
      reason: 'The SOAP XML in the message does not match the corresponding XML schema definition. Change the XML and retry. ',
      message: what,
    }),
} as const;
