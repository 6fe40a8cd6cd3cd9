import { errors } from 'undici';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { WrongCertificate } from './dial.ts';
import { NotSent } from './one-connection.ts';
import type { Target } from './target.ts';

const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const NO_ANSWER = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/**
 * What a failed exchange of bytes means. An aborted call gives its own reason; a {@link NotSent} stays one, for the caller to try another
 * connection; everything else becomes an error of the catalogue.
 */
export function wireError(thrown: unknown, target: Target, action: string, limitMs: number, call: Call): unknown {
  if (call.signal.aborted) return call.signal.reason;
  if (thrown instanceof NotSent || thrown instanceof LabError) return thrown;
  const url = target.url;
  const more = { cause: thrown };
  if (thrown instanceof ProtocolViolation) return LabError.of('winrm.protocol-violation', { url, what: thrown.message }, more);
  if (!(thrown instanceof Error)) return thrown;
  const code = (thrown as NodeJS.ErrnoException).code ?? '';
  if (thrown instanceof WrongCertificate || CERTIFICATE.test(code))
    return LabError.of('winrm.certificate-refused', { url, reason: thrown.message, advice: adviceOn(code) }, more);
  // EPROTO is what OpenSSL's alerts come as.
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_'))
    return LabError.of('winrm.tls-failed', { url, reason: code === 'EPROTO' ? thrown.message : code }, more);
  if (NEVER_CONNECTED.has(code)) return LabError.of('winrm.unreachable', { url, reason: thrown.message || code }, more);
  if (NO_ANSWER.has(code)) return LabError.of('winrm.timed-out', { url, action, limit: `${limitMs / 1000} s` }, more);
  // Its parser does not always say which of its own codes it is.
  if (code.startsWith('HPE_') || thrown instanceof errors.HTTPParserError)
    return LabError.of('winrm.protocol-violation', { url, what: `the answer is not HTTP (${thrown.message})` }, more);
  // A socket that breaks has a code; a mistake of ours has none and must stay visible as one.
  return code === '' ? thrown : LabError.of('winrm.connection-lost', { url, action, reason: thrown.message || code }, more);
}

// CERT_HAS_EXPIRED, DEPTH_ZERO_SELF_SIGNED_CERT, ERR_TLS_CERT_ALTNAME_INVALID, UNABLE_TO_VERIFY_LEAF_SIGNATURE, INVALID_CA
const CERTIFICATE = /CERT|^UNABLE_TO_|^INVALID_(?:CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$|^HOSTNAME_MISMATCH$/;

/** What to do about a certificate that was not taken: what is wrong with it decides. */
function adviceOn(code: string): string {
  if (code === '') return 'Compare the SHA-256 of the listener’s certificate on the guest with the pin; somebody may be in between.';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'Use a host name that the certificate has, or pin its SHA-256 after comparing it with that of the listener on the guest.';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return 'Compare the clocks of this host and the guest; give the listener a new certificate, or pin the SHA-256 of this one.';
  return 'Name the authority that issued it, or, for a self-signed one, pin its SHA-256 after comparing it with that of the listener on the guest.';
}
