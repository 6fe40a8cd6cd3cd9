/** What a known fault code means and what to do about it. */
export interface KnownFault {
  readonly code: number;
  /** Windows' own name of the code. */
  readonly name: string;
  readonly hint: string;
}

/** Codes this room knows, by the name it uses for them. Numbers as in `WSManFault/@Code`: an HRESULT, or a plain Win32 error. */
export const faultCodes = {
  accessDenied: 5,
  invalidParameter: 87,
  pipeEnded: 109,
  pipeClosing: 232,
  aborted: 995,
  accessDeniedHresult: 0x8007_0005,
  fileNotFound: 0x8007_0002,
  commandTooLong: 0x8007_00ce,
  profileUnloading: 0x8007_03fa,
  resourceNotFound: 0x8033_8000,
  invalidAction: 0x8033_8001,
  invalidHeader: 0x8033_800f,
  notUnderstood: 0x8033_8010,
  headerRequired: 0x8033_8011,
  unsupportedAction: 0x8033_8013,
  cannotProcessFilter: 0x8033_801a,
  timedOut: 0x8033_8029,
  actionMismatch: 0x8033_8031,
  invalidOptions: 0x8033_8039,
  invalidResourceUri: 0x8033_803b,
  schemaViolation: 0x8033_8041,
  envelopeSizeTooLarge: 0x8033_8047,
  answerTooLarge: 0x8033_8048,
  characterSet: 0x8033_804c,
  shellNotFound: 0x8033_805b,
  shellsPerUser: 0x8033_81a5,
  operationsPerUser: 0x8033_81a6,
  userQuota: 0x8033_81a7,
  systemQuota: 0x8033_81a8,
  concurrentUsers: 0x8033_81ab,
  shellsNotAllowed: 0x8033_81ac,
  streamDisconnected: 0x8033_81de,
  processesPerShell: 0x8033_81e9,
} as const;

const CLOSED_EARLY = 'The command ended or closed its standard input early; look at its error output.';
const NOT_ADMINISTRATOR =
  'The user is not an administrator over the network; for a local account other than Administrator set LocalAccountTokenFilterPolicy to 1 on the guest.';

/** The faults a person meets, each with what to do next. */
export const knownFaults: readonly KnownFault[] = [
  { code: faultCodes.accessDenied, name: 'ERROR_ACCESS_DENIED', hint: NOT_ADMINISTRATOR },
  { code: faultCodes.accessDeniedHresult, name: 'E_ACCESSDENIED', hint: NOT_ADMINISTRATOR },
  {
    code: faultCodes.invalidParameter,
    name: 'ERROR_INVALID_PARAMETER',
    hint: 'The guest did not understand a parameter of the message; the journal holds the request.',
  },
  { code: faultCodes.pipeEnded, name: 'ERROR_BROKEN_PIPE', hint: CLOSED_EARLY },
  { code: faultCodes.pipeClosing, name: 'ERROR_NO_DATA', hint: CLOSED_EARLY },
  { code: faultCodes.aborted, name: 'ERROR_OPERATION_ABORTED', hint: 'The shell was closed while the command ran.' },
  {
    code: faultCodes.fileNotFound,
    name: 'ERROR_FILE_NOT_FOUND',
    hint: 'Give the full path of the program; without cmd.exe there is no search path.',
  },
  {
    code: faultCodes.commandTooLong,
    name: 'ERROR_FILENAME_EXCED_RANGE',
    hint: 'cmd.exe takes at most 8191 characters; write a script and run that.',
  },
  {
    code: faultCodes.profileUnloading,
    name: 'ERROR_KEY_DELETED',
    hint: 'The user profile of an earlier shell was being unloaded; open a new shell.',
  },
  {
    code: faultCodes.resourceNotFound,
    name: 'ERROR_WSMAN_RESOURCE_NOT_FOUND',
    hint: 'What was asked for does not exist on the guest: a listener, an instance, a shell.',
  },
  {
    code: faultCodes.invalidAction,
    name: 'ERROR_WSMAN_INVALID_ACTIONURI',
    hint: 'The guest does not take the action for one; it may not be Windows.',
  },
  {
    code: faultCodes.invalidHeader,
    name: 'ERROR_WSMAN_INVALID_MESSAGE_INFORMATION_HEADER',
    hint: 'The guest did not understand a header of the message: a time-out out of range, an unknown language.',
  },
  {
    code: faultCodes.notUnderstood,
    name: 'ERROR_WSMAN_SOAP_FAULT_MUST_UNDERSTAND',
    hint: 'The guest speaks an older or another WS-Management than the client needs.',
  },
  {
    code: faultCodes.headerRequired,
    name: 'ERROR_WSMAN_MESSAGE_INFORMATION_HEADER_REQUIRED',
    hint: 'Something between client and guest took headers out of the message.',
  },
  { code: faultCodes.unsupportedAction, name: 'ERROR_WSMAN_ACTION_NOT_SUPPORTED', hint: 'The service does not offer the command shell.' },
  {
    code: faultCodes.cannotProcessFilter,
    name: 'ERROR_WSMAN_ENUMERATE_CANNOT_PROCESS_FILTER',
    hint: 'The class or property that was asked for does not exist on the guest.',
  },
  {
    code: faultCodes.timedOut,
    name: 'ERROR_WSMAN_OPERATION_TIMEDOUT',
    hint: 'The operation took longer than the guest allows; raise MaxTimeoutms on the guest.',
  },
  {
    code: faultCodes.actionMismatch,
    name: 'ERROR_WSMAN_ACTION_MISMATCH',
    hint: 'The guest knows the resource but not what was to be done with it.',
  },
  {
    code: faultCodes.invalidOptions,
    name: 'ERROR_WSMAN_INVALID_OPTIONS',
    hint: 'The guest cannot do what a WINRS_ option asks for; leave the option out.',
  },
  {
    code: faultCodes.invalidResourceUri,
    name: 'ERROR_WSMAN_INVALID_RESOURCE_URI',
    hint: 'The service does not offer the command shell (AllowRemoteShellAccess).',
  },
  { code: faultCodes.schemaViolation, name: 'ERROR_WSMAN_SCHEMA_VALIDATION_ERROR', hint: 'The guest found the message malformed.' },
  {
    code: faultCodes.envelopeSizeTooLarge,
    name: 'ERROR_WSMAN_MAX_ENVELOPE_SIZE',
    hint: 'The client asks for larger answers than the guest may give; raise MaxEnvelopeSizekb on the guest.',
  },
  {
    code: faultCodes.answerTooLarge,
    name: 'ERROR_WSMAN_MAX_ENVELOPE_SIZE_EXCEEDED',
    hint: 'The answer does not fit into an envelope; raise MaxEnvelopeSizekb on the guest.',
  },
  {
    code: faultCodes.characterSet,
    name: 'ERROR_WSMAN_CHARACTER_SET',
    hint: 'Something between client and guest changed the encoding of the message; the guest takes UTF-8 and UTF-16.',
  },
  {
    code: faultCodes.shellNotFound,
    name: 'ERROR_WSMAN_UNEXPECTED_SELECTORS',
    hint: 'The shell or command is gone: closed, idle for too long, or the guest was restarted.',
  },
  {
    code: faultCodes.shellsPerUser,
    name: 'ERROR_WSMAN_QUOTA_MAX_SHELLS',
    hint: 'Close other shells of this user or raise MaxShellsPerUser on the guest.',
  },
  {
    code: faultCodes.operationsPerUser,
    name: 'ERROR_WSMAN_QUOTA_MAX_OPERATIONS',
    hint: 'Run less at a time or raise MaxConcurrentOperationsPerUser on the guest.',
  },
  {
    code: faultCodes.userQuota,
    name: 'ERROR_WSMAN_QUOTA_USER',
    hint: 'This user has sent the guest too many requests in a short time; wait, and run less at a time.',
  },
  {
    code: faultCodes.systemQuota,
    name: 'ERROR_WSMAN_QUOTA_SYSTEM',
    hint: 'The guest serves too many requests at once; wait, and look at who else uses it.',
  },
  {
    code: faultCodes.concurrentUsers,
    name: 'ERROR_WSMAN_QUOTA_MAX_SHELLUSERS',
    hint: 'Too many users have shells on the guest; close some or raise MaxConcurrentUsers on the guest.',
  },
  {
    code: faultCodes.shellsNotAllowed,
    name: 'ERROR_WSMAN_REMOTESHELLS_NOT_ALLOWED',
    hint: 'Remote shells are off: set AllowRemoteShellAccess to true on the guest (policy “Allow Remote Shell Access”).',
  },
  {
    code: faultCodes.streamDisconnected,
    name: 'ERROR_WSMAN_SERVICE_STREAM_DISCONNECTED',
    hint: 'The shell is disconnected; open a new one.',
  },
  {
    code: faultCodes.processesPerShell,
    name: 'ERROR_WSMAN_QUOTA_MAX_COMMANDS_PER_SHELL_PPQ',
    hint: 'Run less at a time in one shell or raise MaxProcessesPerShell on the guest.',
  },
];

/** What is known of a code; `undefined` for one that nobody has met. */
export const knownFault = (code: number | undefined): KnownFault | undefined => knownFaults.find((known) => known.code === code);

/** What to do about a fault; a general answer for codes nobody has met. */
export const faultHint = (code: number | undefined): string =>
  knownFault(code)?.hint ?? 'Look up the code in Windows’ wsmerror.h, or run `net helpmsg` with a Win32 code on the guest.';

/** A code as people look it up: in decimal, in hexadecimal, and by name where it is known. `2150858793 (0x80338029, ERROR_WSMAN_OPERATION_TIMEDOUT)` */
export function describeFaultCode(code: number): string {
  const name = knownFault(code)?.name;
  return `${code} (0x${code.toString(16).toUpperCase().padStart(8, '0')}${name === undefined ? '' : `, ${name}`})`;
}
