import { LabError } from '../../../core/error.ts';
import type { Masker } from '../../../core/secret.ts';
import type { ExecResult } from '../../../host/exec.ts';

/** What each failure looks like in what the tool says. In this order: a wrong key says more than one of them. */
const failures = [
  // error:05800074:x509 certificate routines:X509_check_private_key:key values mismatch
  { pattern: /key values mismatch|key type mismatch|consistency of a private key/i, kind: 'key' },
  // Failed to parse PKCS#12 file: release.pfx (Wrong password?)
  // error:430000A0:PKCS#11 module:ERR_CKR_error:PIN incorrect
  { pattern: /wrong password|mac verify failure|bad decrypt|PIN (?:incorrect|locked|invalid|len range)|Login failed/i, kind: 'password' },
  // Failed to write: No space left on device
  { pattern: /no space left on device|disk quota exceeded/i, kind: 'disk' },
] as const;

/** Of what a tool said, as much as a person reads. */
const MOST_CHARACTERS = 600;
// 40A0D162817F0000:error:0688010A:asn1 encoding routines:…
const STACK_LINE = /^[0-9A-F]{8,}:error:[0-9A-F]+:(.*)$/;

/** Turns what a signing tool said before it gave up into an error of the catalogue, with no password in it. */
export function toolFailure(signer: string, file: string, { exitCode, signal, stdout, stderr }: ExecResult, masker: Masker): LabError {
  const said = `${stderr}\n${stdout}`;
  const kind = failures.find(({ pattern }) => pattern.test(said))?.kind;
  const cause = masker.mask(inFewLines(said));
  if (kind === 'key') return LabError.of('sign.key-differs', {}, { cause });
  if (kind === 'password') return LabError.of('sign.wrong-password', { signer }, { cause });
  if (kind === 'disk') return LabError.of('file.disk-full', { path: file }, { cause });
  const reason = cause === '' ? `it ended with ${exitCode ?? signal} and said nothing` : cause;
  return LabError.of('sign.tool-failed', { signer, file, reason });
}

function inFewLines(said: string): string {
  const lines = said
    .split('\n')
    .map((line) => STACK_LINE.exec(line.trim())?.[1] ?? line.trim())
    .filter((line) => line !== '' && line !== 'Failed' && !line.startsWith('Enter '));
  return [...new Set(lines)].join('; ').slice(0, MOST_CHARACTERS);
}
