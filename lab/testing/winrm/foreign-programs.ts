import { existsSync } from 'node:fs';
import { type ExecOptions, type ExecResult, exec } from '../../host/exec.ts';
import { callFor } from '../calls.ts';

/**
 * WinRM clients, both ends of SSH and signing tools of other people, as Debian installs them: the file that shows that one is there, its package, and
 * what it is met for. `.ci/run` installs them.
 */
export const foreignPrograms = {
  pywinrm: { file: '/usr/lib/python3/dist-packages/winrm/__init__.py', package: 'python3-winrm', of: 'winrm' },
  curl: { file: '/usr/bin/curl', package: 'curl', of: 'winrm' },
  gssNtlm: { file: '/etc/gss/mech.d/mech.ntlmssp.conf', package: 'gss-ntlmssp', of: 'winrm' },
  winrmcp: { file: '/usr/bin/winrmcp', package: 'winrmcp', of: 'winrm' },
  packer: { file: '/usr/bin/packer', package: 'packer', of: 'winrm' },
  wsl: { file: '/usr/bin/wslid', package: 'wsl', of: 'winrm' },
  ssh: { file: '/usr/bin/ssh', package: 'openssh-client', of: 'ssh' },
  sshd: { file: '/usr/sbin/sshd', package: 'openssh-server', of: 'ssh' },
  openssl: { file: '/usr/bin/openssl', package: 'openssl', of: 'signing' },
  osslsigncode: { file: '/usr/bin/osslsigncode', package: 'osslsigncode', of: 'signing' },
  softhsm: { file: '/usr/bin/softhsm2-util', package: 'softhsm2', of: 'signing' },
  pkcs11Engine: { file: '/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so', package: 'libengine-pkcs11-openssl', of: 'signing' },
  pkcs11Tool: { file: '/usr/bin/pkcs11-tool', package: 'opensc', of: 'signing' },
  ansible: { file: '/usr/bin/ansible', package: 'ansible-core', of: 'winrm' },
} as const;

export type ForeignProgram = keyof typeof foreignPrograms;

/** Why tests that need the programs are skipped here; `false` when they are not. */
export function without(...programs: readonly ForeignProgram[]): string | false {
  const missing = programs.map((name) => foreignPrograms[name]).filter(({ file }) => !existsSync(file));
  return missing.length > 0 && `not installed: apt-get install ${missing.map((program) => program.package).join(' ')}`;
}

/** Runs a foreign program; it is ended after half a minute. Proxies of this machine are none of its business. */
export const runForeign = (program: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> =>
  exec(program, args, callFor(30_000), { ...options, env: { no_proxy: '*', NO_PROXY: '*', ...options.env } });
