import { createHash, randomBytes } from 'node:crypto';
import type { Call } from '../../../core/call.ts';
import type { Clock } from '../../../core/clock.ts';
import { derElement, derObjectIdentifier, derSequence, derTags, derUnsigned, hexOfInteger } from '../../../core/der.ts';
import { LabError } from '../../../core/error.ts';
import type { TimestampServer } from '../../../core/signing-config.ts';
import { callWithin } from '../../../engine/deadline.ts';
import { postBytes } from '../../../host/post-bytes.ts';
import { examineToken, tokenInResponse } from '../authenticode/timestamp-token.ts';

const SHA256 = '2.16.840.1.101.3.4.2.1';
const NONCE_BYTES = 16;
/** Time stamps with all their certificates have about ten kilobytes. */
const MOST_ANSWER_BYTES = 1 << 20;

/** A TimeStampReq (RFC 3161, 2.4.1) for bytes, with a nonce and the wish to get the certificates. */
function timestampRequest(stamped: Uint8Array): { readonly bytes: Buffer; readonly nonce: string } {
  // The first bit is set: no zeros are lost on the way.
  const random = randomBytes(NONCE_BYTES).map((byte, index) => (index === 0 ? byte | 0x80 : byte));
  const imprint = derSequence(
    derSequence(derObjectIdentifier(SHA256), derElement(derTags.null)),
    derElement(derTags.octetString, createHash('sha256').update(stamped).digest()),
  );
  const wantsCertificates = derElement(derTags.boolean, Buffer.from([0xff]));
  const bytes = derSequence(derUnsigned(Buffer.from([1])), imprint, derUnsigned(random), wantsCertificates);
  return { bytes, nonce: hexOfInteger(Buffer.from(random)) };
}

/** What an answer is held against besides the request, for the error: a sentence when it does not fit. */
export type TokenJudge = (token: Buffer) => string | undefined;

/**
 * Asks one server for a time stamp (RFC 3161 over HTTP, 3.4) and looks at it: it must be for these bytes and this request, hold by itself, and please
 * `judge`. Throws `sign.timestamp-refused` otherwise, and when the server takes longer than it may.
 */
export async function requestTimestamp(
  { url, timeoutSeconds }: TimestampServer,
  stamped: Uint8Array,
  judge: TokenJudge,
  clock: Clock,
  call: Call,
): Promise<Buffer> {
  const request = timestampRequest(stamped);
  using timed = callWithin(timeoutSeconds * 1000, `a time stamp of ${url}`, clock, call);
  try {
    const options = {
      contentType: 'application/timestamp-query',
      accept: 'application/timestamp-reply',
      mostAnswerBytes: MOST_ANSWER_BYTES,
    };
    const token = tokenInResponse(await postBytes(url, request.bytes, options, timed));
    const examined = examineToken(token, stamped);
    const problems = [...examined.problems];
    if (examined.token.nonce !== request.nonce) problems.push('it was given for another request');
    const objection = problems.length === 0 ? judge(token) : undefined;
    if (objection !== undefined) problems.push(objection);
    if (problems.length > 0) throw new RangeError(`its time stamp cannot be used: ${problems.join('; ')}`);
    return token;
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    const reason = timed.signal.aborted
      ? `it did not answer within ${timeoutSeconds} s`
      : error instanceof Error
        ? error.message
        : String(error);
    throw LabError.of('sign.timestamp-refused', { server: url, reason }, { cause: error });
  }
}
