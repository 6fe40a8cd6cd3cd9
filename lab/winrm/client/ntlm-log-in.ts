import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { channelBindingHash } from '../ntlm/channel-binding.ts';
import { NegotiationRefused, clientHandshake } from '../ntlm/client-handshake.ts';
import { type Challenge, negotiateToken, writeNegotiate } from '../ntlm/negotiate-header.ts';
import { NtlmClient, TooWeak, ntlmCredential } from '../ntlm/ntlm-client.ts';
import type { SessionSecurity } from '../ntlm/session-security.ts';
import { NotSent } from './one-connection.ts';
import type { Target } from './target.ts';
import { wireError } from './wire-errors.ts';

/** How long the server may take for one step of the log-in. */
export const handshakeLimitMs = 30_000;

/** What a server answered to one step of a log-in. */
export interface LoginAnswer {
  readonly status: number;
  readonly challenges: readonly Challenge[];
}

const PROXY =
  'NTLM logs in a connection, which has to stay open from its first message on: look for a proxy or load balancer in between, and for the cause in the event log of the guest.';

/**
 * Logs a connection in with NTLM ([MS-NLMP] 1.3.1, in HTTP as RFC 4559 has it): token, challenge, proof. `ask` sends an empty message with the
 * header value it is given. `certificate` is the server's, over TLS. The session seals what follows; `undefined` where it could not, over TLS.
 * Rejects with the call's reason or an error of the catalogue; the connection must not be used then.
 */
export async function ntlmLogIn(
  target: Target,
  certificate: Buffer | undefined,
  ask: (authorization: string) => Promise<LoginAnswer>,
  call: Call,
): Promise<SessionSecurity | undefined> {
  const { user, password, channelBinding } = target;
  const ntlm = new NtlmClient(ntlmCredential(user, password), {
    channelBinding: certificate && channelBinding !== 'none' ? channelBindingHash(certificate) : undefined,
    seals: target.tls === undefined,
  });
  const handshake = clientHandshake(target.negotiateToken, ntlm);
  let step = 'before it began';
  try {
    step = 'after its first message';
    const challenged = await ask(writeNegotiate(handshake.begin()));
    const challenge = negotiateToken(challenged.challenges);
    if (challenged.status !== 401)
      throw brokenOff(target, `its first message was answered with HTTP ${challenged.status}`, adviceOn(challenged.status));
    if (challenge === undefined) throw notOffered(target, challenged.challenges);
    const proof = handshake.prove(challenge);
    step = 'after its last message';
    const { status, challenges } = await ask(writeNegotiate(proof));
    const answer = negotiateToken(challenges);
    if (status === 401 && answer !== undefined) throw brokenOff(target, 'the server went back to its beginning', PROXY);
    if (status === 401) throw refused(target, refusalAdvice(target));
    if (status !== 200) throw brokenOff(target, `its last message was answered with HTTP ${status}`, adviceOn(status));
    return handshake.conclude(answer);
  } catch (error) {
    if (error instanceof NegotiationRefused) throw refused(target, 'It takes no NTLM within SPNEGO: use bare tokens.');
    if (error instanceof TooWeak) throw LabError.of('winrm.ntlm-too-weak', { url: target.url, what: error.message }, { cause: error });
    const told = wireError(error, target, 'the log-in', handshakeLimitMs, call);
    // There was no message yet whose fate could be unknown.
    if (told instanceof NotSent || (told instanceof LabError && told.code === 'winrm.connection-lost'))
      throw brokenOff(
        target,
        `the connection was closed ${step}`,
        target.tls ? PROXY : `${PROXY} If the port is that of an HTTPS listener, write https.`,
        error,
      );
    throw told;
  }
}

const refused = ({ url, user }: Target, advice: string): LabError =>
  LabError.of('winrm.authentication-refused', { url, user, scheme: 'NTLM', advice });

const brokenOff = ({ url, user }: Target, reason: string, advice: string, cause?: unknown): LabError =>
  LabError.of('winrm.log-in-broken-off', { url, user, reason, advice }, { cause });

function notOffered(target: Target, challenges: readonly Challenge[]): LabError {
  const offers = challenges.map(({ text }) => text).join(', ') || 'no authentication at all';
  if (challenges.some(({ scheme }) => scheme === 'negotiate'))
    return brokenOff(
      target,
      'the server offers Negotiate and did not answer its token',
      `${PROXY} If there is none, NTLM is switched off on the guest.`,
    );
  return refused(target, `It offers ${offers}: enable Negotiate on the guest (winrm set winrm/config/service/auth).`);
}

/** Windows tells no reason for a refusal: what is left to look at. */
function refusalAdvice({ tls, channelBinding }: Target): string {
  const always = 'The account may also be locked or barred from network log-on.';
  if (tls === undefined) return always;
  return channelBinding === 'none'
    ? `${always} The log-in named no certificate, which the guest refuses where its CbtHardeningLevel is Strict.`
    : `${always} If something ends TLS before the guest, the log-in named a certificate that is not the guest’s: leave the channel binding out.`;
}

function adviceOn(status: number): string {
  if (status === 404 || status === 405) return 'Check the path of the URL: WinRM answers at /wsman.';
  if (status === 407) return 'A proxy is in between and wants to be logged in to: let this host reach the guest without it.';
  if (status >= 300 && status < 400) return 'Something in between sends the lab elsewhere: use the address of the guest itself.';
  if (status >= 500) return 'Look at the WinRM service and at the event log of the guest; it may be starting, stopping or overloaded.';
  return 'Check that the URL is that of a WinRM listener.';
}
