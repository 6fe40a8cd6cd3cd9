import { type PlainAnswer, askPlainly } from './bounded-http.ts';
import { identifyRequest, parseIdentifyResponse } from '../messages/identify.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { parseEnvelope } from '../soap/envelope.ts';
import { joinParts } from '../soap/xml-parts.ts';
import { judgeCertificate } from './certificate-findings.ts';
import { lookAtTls } from './certificate.ts';
import { clockFinding } from './clock-finding.ts';
import { type Listener, type StepContext, finding, urlOf, wasTooLong } from './examination.ts';
import { quoted } from './finding.ts';
import { type Offers, judgeOffers, readOffers } from './offers.ts';
import { type Addresses, isLoopback } from './reach-port.ts';
import { remedies } from './remedies.ts';
import { refusalFinding } from './refusal-finding.ts';

/** A listener that speaks WS-Management, as a stranger sees it. */
export interface SeenListener {
  readonly listener: Listener;
  readonly offers: Offers;
  /** Whether a password may be sent there as far as the certificate goes; always, over HTTP. */
  readonly trusted: boolean;
}

const SOAP = 'application/soap+xml;charset=UTF-8';
const MOST_XML_BYTES = 64 << 10;

/** Looks at one listener without logging in. `undefined` when it is none that can be used; the findings say why. */
export async function lookAtListener(listener: Listener, addresses: Addresses, context: StepContext): Promise<SeenListener | undefined> {
  const about = urlOf(listener);
  const { watcher } = context;
  const trusted = listener.protocol === 'http' || (await lookAtCertificate(listener, addresses, context));
  if (trusted === undefined) return undefined;
  watcher.begins(`ask ${about} who may log in`);
  const answer = await ask(listener, addresses, { 'content-type': SOAP }, Buffer.alloc(0), context);
  if (answer === undefined) return undefined;
  const refusal = refusalFinding(answer, about);
  if (refusal) {
    watcher.found(refusal);
    return undefined;
  }
  watcher.found(finding('http', 'ok', `HTTP ${answer.status}${serverOf(answer)}`, { about, facts: { status: answer.status } }));
  await identify(listener, addresses, context);
  const offers = readOffers(answer.challenges);
  for (const each of judgeOffers(offers, listener.protocol, about, isLoopback(addresses))) watcher.found(each);
  const clock = clockFinding(answer.headers.date, Date.now(), about);
  if (clock) watcher.found(clock);
  return { listener, offers, trusted };
}

const serverOf = ({ headers: { server, via } }: PlainAnswer): string =>
  [server === undefined ? undefined : quoted(String(server)), via === undefined ? undefined : `through a proxy (${quoted(via)})`]
    .filter((part) => part !== undefined)
    .map((part) => `, ${part}`)
    .join('');

async function lookAtCertificate(listener: Listener, addresses: Addresses, context: StepContext): Promise<boolean | undefined> {
  const about = urlOf(listener);
  const { examination, limits, watcher, call } = context;
  watcher.begins(`look at the certificate of ${about}`);
  try {
    const facts = await lookAtTls(listener, addresses, examination.certificateAuthority, limits.answerMs, call);
    const { findings, trusted } = judgeCertificate(facts, about, examination.certificateSha256, Date.now());
    for (const each of findings) watcher.found(each);
    return trusted;
  } catch (error) {
    call.signal.throwIfAborted();
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (wasTooLong(error)) {
      watcher.found(
        finding('tls', 'failed', `it takes the connection and says nothing for ${limits.answerMs / 1000} s`, {
          about,
          remedy: remedies.unavailable,
        }),
      );
    } else if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code)) {
      const plain = urlOf({ ...listener, protocol: 'http' });
      watcher.found(
        finding('tls', 'failed', 'it speaks no TLS on that port', {
          about,
          remedy: {
            fix: `If it is a listener for HTTP, its URL is ${plain}. For HTTPS the host needs a listener with a certificate.`,
            commands: remedies.newCertificate.commands,
          },
        }),
      );
    } else
      watcher.found(
        finding('tls', 'failed', `it breaks off the handshake (${quoted(code || message)})`, { about, remedy: remedies.brokenTls }),
      );
    return undefined;
  }
}

/** One question of a stranger; `undefined`, and a finding, when no HTTP answer comes. */
async function ask(
  listener: Listener,
  addresses: Addresses,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  context: StepContext,
): Promise<PlainAnswer | undefined> {
  const about = urlOf(listener);
  const { limits, watcher, call } = context;
  try {
    return await askPlainly(listener, addresses, { headers, body }, limits.answerMs, call);
  } catch (error) {
    call.signal.throwIfAborted();
    if (wasTooLong(error)) {
      watcher.found(
        finding('http', 'failed', `no whole answer came within ${limits.answerMs / 1000} s`, { about, remedy: remedies.unavailable }),
      );
      return undefined;
    }
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (listener.protocol === 'http' && (await speaksTls(listener, addresses, context))) {
      const fix = `Use ${urlOf({ ...listener, protocol: 'https' })}.`;
      watcher.found(finding('http', 'failed', 'it speaks TLS on that port', { about, remedy: { fix } }));
    } else if (code.startsWith('HPE_'))
      watcher.found(finding('http', 'failed', `the answer is not HTTP (${quoted(message)})`, { about, remedy: remedies.notWinrm }));
    else
      watcher.found(
        finding('http', 'failed', `it closes the connection instead of an answer (${quoted(code || message)})`, {
          about,
          remedy: remedies.notWinrm,
        }),
      );
    return undefined;
  }
}

async function speaksTls(listener: Listener, addresses: Addresses, { limits, call }: StepContext): Promise<boolean> {
  try {
    await lookAtTls(listener, addresses, undefined, limits.answerMs, call);
    return true;
  } catch {
    call.signal.throwIfAborted();
    return false;
  }
}

/** Asks who is there, as a stranger may. That it does not tell is no fault. */
async function identify(listener: Listener, addresses: Addresses, context: StepContext): Promise<void> {
  const about = urlOf(listener);
  const { watcher, limits, call } = context;
  try {
    const answer = await askPlainly(
      listener,
      addresses,
      { headers: { 'content-type': SOAP, wsmanidentify: 'unauthenticated' }, body: joinParts(identifyRequest()) },
      limits.answerMs,
      call,
    );
    if (answer.status !== 200) {
      watcher.found(finding('identity', 'skipped', `it does not tell strangers what it is (HTTP ${answer.status})`, { about }));
      return;
    }
    if (answer.truncated) throw new ProtocolViolation(`it is longer than ${MOST_XML_BYTES} bytes`);
    const { productVendor, productVersion } = parseIdentifyResponse(parseEnvelope(answer.body, MOST_XML_BYTES).body);
    const facts = { productVendor: quoted(productVendor), productVersion: quoted(productVersion) };
    watcher.found(finding('identity', 'ok', `${facts.productVendor}, ${facts.productVersion}`, { about, facts }));
  } catch (error) {
    call.signal.throwIfAborted();
    const reason = error instanceof ProtocolViolation ? quoted(error.message) : wasTooLong(error) ? 'it never ends' : quoted(String(error));
    watcher.found(finding('identity', 'failed', `its answer is not one of WS-Management: ${reason}`, { about, remedy: remedies.notWinrm }));
  }
}
