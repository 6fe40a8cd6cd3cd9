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
  fileNotFound: 2147942402,
  commandTooLong: 2147942606,
  profileUnloading: 2147943418,
  unsupportedAction: 2150858753,
  invalidHeader: 2150858767,
  timedOut: 2150858793,
  invalidResourceUri: 2150858811,
  schemaViolation: 2150858817,
  shellNotFound: 2150858843,
  shellsPerUser: 2150859173,
  operationsPerUser: 2150859174,
  processesPerShell: 2150859241,
} as const;

/** The faults a person meets, each with what to do next. */
export const knownFaults: readonly KnownFault[] = [
  {
    code: faultCodes.accessDenied,
    name: 'ERROR_ACCESS_DENIED',
    hint: 'The user is not an administrator over the network; for a local account other than Administrator set LocalAccountTokenFilterPolicy to 1 on the guest.',
  },
  {
    code: faultCodes.invalidParameter,
    name: 'ERROR_INVALID_PARAMETER',
    hint: 'The guest did not understand a parameter of the message; the journal holds the request.',
  },
  {
    code: faultCodes.pipeEnded,
    name: 'ERROR_BROKEN_PIPE',
    hint: 'The command ended or closed its standard input early; look at its error output.',
  },
  {
    code: faultCodes.pipeClosing,
    name: 'ERROR_NO_DATA',
    hint: 'The command ended or closed its standard input early; look at its error output.',
  },
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
  { code: faultCodes.unsupportedAction, name: 'ERROR_WSMAN_ACTION_NOT_SUPPORTED', hint: 'The service does not offer the command shell.' },
  {
    code: faultCodes.invalidHeader,
    name: 'ERROR_WSMAN_INVALID_MESSAGE_INFORMATION_HEADER',
    hint: 'The guest did not understand a header of the message.',
  },
  {
    code: faultCodes.timedOut,
    name: 'ERROR_WSMAN_OPERATION_TIMEDOUT',
    hint: 'The operation took longer than the guest allows; raise MaxTimeoutms on the guest.',
  },
  {
    code: faultCodes.invalidResourceUri,
    name: 'ERROR_WSMAN_INVALID_RESOURCE_URI',
    hint: 'The service does not offer the command shell (AllowRemoteShellAccess).',
  },
  { code: faultCodes.schemaViolation, name: 'ERROR_WSMAN_SCHEMA_VALIDATION_ERROR', hint: 'The guest found the message malformed.' },
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
    code: faultCodes.processesPerShell,
    name: 'ERROR_WSMAN_QUOTA_MAX_COMMANDS_PER_SHELL_PPQ',
    hint: 'Run less at a time in one shell or raise MaxProcessesPerShell on the guest.',
  },
];

/** What to do about a fault; a general answer for codes nobody has met. */
export const faultHint = (code: number | undefined): string =>
  knownFaults.find((known) => known.code === code)?.hint ??
  'Look up the code in Windows’ wsmerror.h, or run `net helpmsg` with a Win32 code on the guest.';
