import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { NotSent, WrongCertificate } from './one-connection.ts';
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
  if (thrown instanceof WrongCertificate || /CERT|UNABLE_TO_VERIFY/.test(code))
    return LabError.of('winrm.certificate-refused', { url, reason: thrown.message }, more);
  if (NEVER_CONNECTED.has(code)) return LabError.of('winrm.unreachable', { url, reason: thrown.message || code }, more);
  if (NO_ANSWER.has(code)) return LabError.of('winrm.timed-out', { url, action, limit: `${limitMs / 1000} s` }, more);
  if (code.startsWith('HPE_'))
    return LabError.of('winrm.protocol-violation', { url, what: `the answer is not HTTP (${thrown.message})` }, more);
  // A socket that breaks has a code; a mistake of ours has none and must stay visible as one.
  return code === '' ? thrown : LabError.of('winrm.connection-lost', { url, action, reason: thrown.message || code }, more);
}
