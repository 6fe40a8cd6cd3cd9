import type { ErrorEntry } from './error-entry.ts';

/** What can go wrong between the lab and a guest: the part of the catalogue that is about toolkit, WinRM and embedded guests. */
export const guestErrors = {
  // box truth
  'run.box-unfit': {
    kind: 'guest',
    message: 'What {guest} would answer does not count: {reason}',
    hint: 'Put the machine right and run again; `policy.box` in lab.config.json says what is demanded of it, and what is fatal.',
  },
  // toolkit
  'toolkit.tool-missing': {
    kind: 'guest',
    message: 'The guest does not know the tool {launcher}: {complaint}',
    hint: 'An embedded guest: `lab clean --cache` makes them anew. Any other: Windows PowerShell 5.1 must be on the path of the user who logs in.',
  },
  'toolkit.tool-failed': {
    kind: 'guest',
    message: 'The tool in the guest was asked to {verb} and {how}: {complaint}',
    hint: 'Look at the guest with `lab guest start`.',
  },
  'toolkit.answer-invalid': {
    kind: 'guest',
    message: 'The guest was asked to {verb} and its answer is not valid: {problem}',
    hint: 'The guest or its tool is broken, or of another version; nothing of the answer was used.',
  },
  'toolkit.verb-failed': {
    kind: 'guest',
    message: 'The guest was asked to {verb} and could not ({code}): {reason}',
    hint: 'Look at the guest with `lab guest start`.',
  },
  'toolkit.start-failed': {
    kind: 'guest',
    message: 'The guest could not start a program: {reason}',
    hint: 'If it is the program under test, look at the file in the guest: is it there, and is it whole?',
  },
  'toolkit.archive-refused': {
    kind: 'guest',
    message: 'The guest did not unpack the archive: {reason}',
    hint: 'Look at how the archive was made; nothing of it was left in the guest.',
  },
  // winrm
  'winrm.unreachable': {
    kind: 'transport',
    message: 'Nothing answers WinRM at {url}: {reason}',
    hint: 'Check that the guest runs, that its WinRM service has a listener on that port, and that no firewall is between.',
  },
  'winrm.authentication-refused': {
    kind: 'transport',
    message: '{url} refused {user} ({scheme})',
    hint: 'Check user and password. {advice}',
  },
  'winrm.log-in-broken-off': {
    kind: 'transport',
    message: 'The log-in of {user} at {url} was broken off: {reason}',
    hint: '{advice}',
  },
  'winrm.ntlm-too-weak': {
    kind: 'transport',
    message: '{url} offers {what}, which is too weak to seal messages',
    hint: 'Use its HTTPS listener, where TLS protects them; or look on the guest for a policy that takes away 128-bit encryption or NTLMv2 session security.',
  },
  'winrm.unencrypted-refused': {
    kind: 'transport',
    message: '{url} takes no unencrypted messages',
    hint: 'Use NTLM, which seals them, or HTTPS; AllowUnencrypted=true on the guest is for walled-off test networks only.',
  },
  'winrm.certificate-refused': {
    kind: 'transport',
    message: 'The certificate of {url} is not to be trusted: {reason}',
    hint: '{advice}',
  },
  'winrm.certificate-without-tls': {
    kind: 'usage',
    message: 'A certificate is expected of {url}, which is not an HTTPS address and has none',
    hint: 'Use the HTTPS listener (https://…:5986/wsman), or leave certificate and authority out: over HTTP, NTLM seals the messages.',
  },
  'winrm.authority-unreadable': {
    kind: 'usage',
    message: 'The certificate authority given for {url} cannot be read: {reason}',
    hint: 'Give one or more certificates in PEM form (BEGIN CERTIFICATE); `openssl x509 -inform der` makes that of a .cer file.',
  },
  'winrm.tls-failed': {
    kind: 'transport',
    message: '{url} and this host could not agree on TLS: {reason}',
    hint: 'Check that the port is that of the HTTPS listener (5986 by default; 5985 is plain HTTP) and that the guest allows TLS 1.2 or newer.',
  },
  'winrm.fault': { kind: 'transport', message: 'The guest refused {action} with WinRM fault {code}: {reason}', hint: '{advice}' },
  'winrm.protocol-violation': {
    kind: 'transport',
    message: '{url} does not speak WinRM as it should: {what}',
    hint: 'Check that the URL is that of a WinRM listener; otherwise the guest cannot be trusted.',
  },
  'winrm.envelope-too-large': {
    kind: 'transport',
    message: '{url} takes no message as large as {action} was',
    hint: 'Raise MaxEnvelopeSizekb on the guest (winrm set winrm/config); 500 is what Windows comes with.',
  },
  'winrm.connection-lost': {
    kind: 'transport',
    message: 'The connection to {url} broke during {action}: {reason}',
    hint: 'The guest may have gone down; what it was doing is unknown, so nothing was sent twice.',
  },
  'winrm.timed-out': {
    kind: 'transport',
    message: '{url} did not answer {action} within {limit}',
    hint: 'The guest hangs or is overloaded; look at it with `lab guest exec`.',
  },
  'winrm.upload-refused': {
    kind: 'transport',
    message: 'The guest did not take {path}: {reason}',
    hint: 'Check that the folder is writable in the guest and that its disk has room.',
  },
  'winrm.upload-mismatch': {
    kind: 'transport',
    message: '{path} arrived changed: SHA-256 {actual} instead of {expected}',
    hint: 'The local file was changed while it was copied, or the guest cannot be trusted. Copy it again.',
  },
  'winrm.download-refused': {
    kind: 'transport',
    message: 'The guest did not give out {path}: {reason}',
    hint: 'Check that the file exists in the guest and is readable.',
  },
  'winrm.download-mismatch': {
    kind: 'transport',
    message: '{path} came out changed: SHA-256 {actual} instead of {expected}',
    hint: 'The file was changed in the guest while it was copied. Copy it again when nothing writes to it.',
  },
  // embedded guests
  'wine.unsupported-host': {
    kind: 'host',
    message: 'Embedded guests need Linux on x64, and this is {platform} on {architecture}',
    hint: 'Run the lab on Debian 12 or newer on x64: a machine, a virtual machine, a container, or WSL 2.',
  },
  'wine.template-failed': {
    kind: 'host',
    message: 'The {what} that embedded guests start from does not work: {output}',
    hint: 'Look at `lab doctor`; remove the cache folder and run again. If it stays, report it with this output.',
  },
  'wine.no-powershell': {
    kind: 'usage',
    message: 'There is no PowerShell 7 for Windows at {path}: {reason}',
    hint: 'Name the folder or the zip of a release of PowerShell 7 for win-x64, in `wine.powershell` of lab.config.json or after `--powershell`.',
  },
  'wine.guest-not-started': {
    kind: 'guest',
    message: 'The embedded guest {guest} did not come up: {reason}',
    hint: 'Look at `lab doctor` and at the guest’s log, quoted as the cause; run again.',
  },
} as const satisfies Record<string, ErrorEntry>;
