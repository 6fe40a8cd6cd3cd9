import type { X509Certificate } from 'node:crypto';
import type { Call } from '../../../core/call.ts';
import type { Clock } from '../../../core/clock.ts';
import { LabError } from '../../../core/error.ts';
import type { SigningConfig } from '../../../core/signing-config.ts';
import { followChain } from '../authenticode/certificates.ts';
import { oids } from '../authenticode/signed-data.ts';
import { examineToken } from '../authenticode/timestamp-token.ts';
import { requestTimestamp } from './request-timestamp.ts';

export type TimestampConfig = NonNullable<SigningConfig['timestamps']>;

/** A time stamp, and which servers had to be passed over. */
export interface Stamped {
  readonly token: Buffer;
  readonly server: string;
}

/**
 * Asks the servers in their order until one gives a time stamp that holds. `onRefused` is told of each that did not. Gives `undefined` when none did and
 * the configuration takes that, otherwise throws `sign.no-timestamp` with what was wrong with each.
 */
export async function timestampFor(
  stamped: Uint8Array,
  { servers, demand }: TimestampConfig,
  authorities: readonly X509Certificate[],
  parts: { readonly clock: Clock; readonly onRefused: (error: LabError) => void },
  call: Call,
): Promise<Stamped | undefined> {
  const refusals: LabError[] = [];
  for (const server of servers) {
    try {
      const token = await requestTimestamp(server, stamped, (answer) => objectionTo(answer, stamped, authorities), parts.clock, call);
      return { token, server: server.url };
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'sign.timestamp-refused') throw error;
      refusals.push(error);
      parts.onRefused(error);
    }
  }
  if (demand === 'optional') return undefined;
  throw LabError.of('sign.no-timestamp', { reasons: refusals.map(({ message }) => message).join('; ') });
}

/** A stamp by somebody unknown is passed over here, while the next server may still do better. */
function objectionTo(token: Buffer, stamped: Uint8Array, authorities: readonly X509Certificate[]): string | undefined {
  const { token: read, authority } = examineToken(token, stamped);
  if (authority === undefined) return 'it does not bring the certificate of who gave it';
  const { problems } = followChain({
    leaf: authority,
    others: read.data.certificates,
    authorities,
    purpose: oids.timeStamping,
    purposeInWords: 'time stamps',
    atMs: Date.parse(read.at),
  });
  return problems.length === 0 ? undefined : problems.map(({ message }) => message).join('; ');
}
