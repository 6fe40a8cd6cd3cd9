import type { ErrorEntry } from './error-entry.ts';

/** What can go wrong between the lab and a guest that is reached over SSH. */
export const sshErrors = {
  'ssh.unreachable': {
    kind: 'transport',
    message: 'Nothing answers SSH at {address}: {reason}',
    hint: 'Check that the guest runs, that its service `sshd` is started, and that no firewall is between.',
  },
  'ssh.authentication-refused': {
    kind: 'transport',
    message: '{address} refused {user} (with {method})',
    hint: 'Check user, password and key. Windows reads the keys of administrators from %ProgramData%\\ssh\\administrators_authorized_keys only.',
  },
  'ssh.host-key-refused': {
    kind: 'transport',
    message: 'The host key of {address} is {actual} and not the expected {expected}',
    hint: 'Compare with `ssh-keygen -l -f %ProgramData%\\ssh\\ssh_host_ed25519_key.pub` on the guest. If the guest was made anew, pin its new key; if not, somebody may be in between. Nothing was sent to it.',
  },
  'ssh.pin-invalid': {
    kind: 'usage',
    message: 'The host key pin {pin} of {address} is none',
    hint: 'A pin is `SHA256:` and 43 characters, as `ssh-keygen -l` prints it on the guest.',
  },
  'ssh.key-unusable': {
    kind: 'usage',
    message: 'The private key for {address} cannot be used: {reason}',
    hint: 'Give a key in OpenSSH’s or PEM form, and its passphrase where it has one.',
  },
  'ssh.no-agreement': {
    kind: 'transport',
    message: '{address} and the lab have no way of encrypting in common: {reason}',
    hint: 'The lab speaks what OpenSSH 7.7 and later do. Update OpenSSH Server in the guest; nothing weaker is offered.',
  },
  'ssh.protocol-violation': {
    kind: 'transport',
    message: '{address} does not speak SSH as it should: {what}',
    hint: 'Check that the port is that of an SSH server; otherwise the guest cannot be trusted.',
  },
  'ssh.connection-lost': {
    kind: 'transport',
    message: 'The connection to {address} broke during {action}: {reason}',
    hint: 'The guest may have gone down; what it was doing is unknown, so nothing was sent twice.',
  },
  'ssh.timed-out': {
    kind: 'transport',
    message: '{address} did not answer {action} within {limit}',
    hint: 'The guest hangs or is overloaded; look at it with `lab guest exec`.',
  },
  'ssh.command-refused': {
    kind: 'transport',
    message: '{address} does not run {what}: {reason}',
    hint: 'Check MaxSessions, ForceCommand and the user’s rights in sshd_config of the guest.',
  },
  'ssh.not-ended': {
    kind: 'transport',
    message: 'A command at {address} was told to end and did not within {limit}',
    hint: 'It may still run in the guest. Take a fresh guest, or end it there by hand.',
  },
  'ssh.shell-unknown': {
    kind: 'transport',
    message: 'The default shell of {address} is none the lab knows; it answered {answer}',
    hint: 'Set HKLM\\SOFTWARE\\OpenSSH DefaultShell to cmd.exe or powershell.exe, or remove the value.',
  },
  'ssh.shell-unfit': {
    kind: 'usage',
    message: 'The default shell of {address} is {shell}, over which {what} cannot be done',
    hint: 'Remove the value DefaultShell below HKLM\\SOFTWARE\\OpenSSH in the guest, so that commands reach cmd.exe.',
  },
  'ssh.line-unfit': {
    kind: 'usage',
    message: 'A command for {address} cannot be written down for {shell}: {reason}',
    hint: 'Hand such values over by standard input or in a file.',
  },
  'ssh.upload-refused': {
    kind: 'transport',
    message: 'The guest did not take {path}: {reason}',
    hint: 'Check that the folder is writable in the guest, that its disk has room, and that sshd_config names a Subsystem sftp.',
  },
  'ssh.upload-mismatch': {
    kind: 'transport',
    message: '{path} arrived changed: SHA-256 {actual} instead of {expected}',
    hint: 'The local file was changed while it was copied, or the guest cannot be trusted. Copy it again.',
  },
  'ssh.download-refused': {
    kind: 'transport',
    message: 'The guest did not give out {path}: {reason}',
    hint: 'Check that the file exists in the guest and is readable.',
  },
  'ssh.download-mismatch': {
    kind: 'transport',
    message: '{path} came out changed: SHA-256 {actual} instead of {expected}',
    hint: 'The file was changed in the guest while it was copied. Copy it again when nothing writes to it.',
  },
} as const satisfies Record<string, ErrorEntry>;
