import { Secret } from '../../core/secret.ts';
import { ConnectionLogin } from '../endpoint/connection-login.ts';
import { sealBody, sealedContentType, unsealBody } from '../framing/sealed-body.ts';
import { unbound } from '../ntlm/channel-binding.ts';
import { NegotiationRefused, type NegotiateToken, clientHandshake } from '../ntlm/client-handshake.ts';
import { negotiateToken, readChallenges, writeNegotiate } from '../ntlm/negotiate-header.ts';
import { NtlmClient, TooWeak, ntlmCredential } from '../ntlm/ntlm-client.ts';
import type { SessionSecurity } from '../ntlm/session-security.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { makePlan, readPlan } from './plan.ts';
import { Random } from './random.ts';

const password = new Secret('right');
const accounts = [{ name: 'user', password }];
const TEXT = '<s:Envelope>some message</s:Envelope>';

/** What travels in a log-in and after it, in this order. */
const steps = ['offer', 'challenge', 'proof', 'acceptance', 'header', 'request', 'answer'] as const;
type Step = (typeof steps)[number];
/** Those that come about without the right password. */
const firstSteps: readonly Step[] = ['offer', 'challenge', 'proof', 'header'];

/** Both ends of log-ins, bare and within SPNEGO, and of sealing, without a network between them. */
export function loginTarget(): FuzzTarget {
  let mutated = 0;
  return {
    name: 'log-in',
    atOnce: 1,
    make: (random) => {
      const secret = random.pick(['right', 'wrong']);
      const some = (): Buffer => makePlan(random, random.pick(secret === 'right' ? steps : firstSteps));
      return { about: `${random.pick(['ntlmssp', 'spnego'])} ${secret}`, messages: random.oneIn(4) ? [some(), some()] : [some()] };
    },
    send: async ({ about, messages }) => {
      const [form = '', secret = ''] = about.split(' ');
      const plans = messages.flatMap((message) => readPlan(message) ?? []);
      const spoilt = (step: Step, bytes: Buffer): Buffer => {
        const plan = plans.find(({ what }) => what === step);
        if (plan === undefined) return bytes;
        mutated++;
        return mutateBytes(new Random(plan.seed), bytes);
      };
      try {
        return attempt(form as NegotiateToken, new Secret(secret), spoilt);
      } catch (error) {
        if (error instanceof ProtocolViolation || error instanceof TooWeak || error instanceof NegotiationRefused) return undefined;
        throw error;
      }
    },
    mutated: () => mutated,
    checkHealth: async () => attempt('spnego', password, (_step, bytes) => bytes) ?? attempt('ntlmssp', password, (_step, bytes) => bytes),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A log-in and a message each way. Returns what must never happen and did. */
function attempt(form: NegotiateToken, secret: Secret, spoilt: (step: Step, bytes: Buffer) => Buffer): string | undefined {
  const server = new ConnectionLogin({ accounts, computerName: 'GUEST', basic: true, binding: unbound });
  const client = clientHandshake(form, new NtlmClient(ntlmCredential('user', secret)));
  const header = (token: Buffer): string => spoilt('header', Buffer.from(writeNegotiate(token))).toString('latin1');
  const challenged = server.check(header(spoilt('offer', client.begin())));
  if (challenged.kind === 'accepted') return 'the server accepted a first token';
  const challenge = negotiateToken(readChallenges(challenged.challenges));
  if (challenge === undefined) return undefined;
  const accepted = server.check(header(spoilt('proof', client.prove(spoilt('challenge', challenge)))));
  if (accepted.kind === 'refused') return undefined;
  if (secret.reveal() !== password.reveal()) return 'the server accepted a wrong password';
  const last = accepted.challenges && negotiateToken(readChallenges(accepted.challenges));
  const session = client.conclude(last && spoilt('acceptance', last));
  if (session === undefined || accepted.session === undefined) return undefined;
  return (
    travels(session, accepted.session, (bytes) => spoilt('request', bytes)) ??
    travels(accepted.session, session, (bytes) => spoilt('answer', bytes))
  );
}

/** Seals, changes and unseals a message: it comes out as it went in, or not at all. */
function travels(from: SessionSecurity, to: SessionSecurity, spoilt: (bytes: Buffer) => Buffer): string | undefined {
  const arrived = unsealBody(spoilt(sealBody([TEXT], from)), sealedContentType, to).toString();
  return arrived === TEXT ? undefined : 'a sealed message came out as another one';
}
