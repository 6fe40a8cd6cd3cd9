import type { Sha256 } from '../../core/ids.ts';
import type { TlsFacts } from './certificate.ts';
import { finding } from './examination.ts';
import { type Finding, quoted } from './finding.ts';
import { remedies } from './remedies.ts';

const DAY_MS = 86_400_000;
const SOON_DAYS = 30;
const LEAST_RSA_BITS = 2048;
const CURRENT_PROTOCOLS: ReadonlySet<string> = new Set(['TLSv1.2', 'TLSv1.3']);

/** What the client would say of the certificate, and whether it would go on. */
export interface CertificateJudgement {
  readonly findings: readonly Finding[];
  /** Whether a password may be sent there. */
  readonly trusted: boolean;
}

/**
 * Judges what a listener showed. With a pin the certificate is the pinned one or a stranger's, and nothing else of it matters to safety; without
 * one, authority, name and validity all have to be right. Pure.
 */
export function judgeCertificate(facts: TlsFacts, about: string, pin: Sha256 | undefined, nowMs: number): CertificateJudgement {
  const protocol = protocolFinding(facts, about);
  const name = nameFinding(facts, about, pin !== undefined);
  const validity = validityFinding(facts, about, pin !== undefined, nowMs);
  const trust = trustFinding(facts, about, pin);
  const findings = [protocol, trust, name, validity, strengthFinding(facts, about)];
  return { findings, trusted: [protocol, trust, name, validity].every(({ state }) => state !== 'failed') };
}

function protocolFinding({ protocol, cipher }: TlsFacts, about: string): Finding {
  const message = `${protocol}, ${cipher}`;
  const facts = { protocol, cipher };
  return CURRENT_PROTOCOLS.has(protocol)
    ? finding('tls', 'ok', message, { about, facts })
    : finding('tls', 'failed', `${message}: too old for the lab, which takes TLS 1.2 and newer`, {
        about,
        facts,
        remedy: remedies.tlsVersion,
      });
}

function trustFinding({ sha256, subject, issuer, selfSigned, untrusted }: TlsFacts, about: string, pin: Sha256 | undefined): Finding {
  const facts = { sha256, subject, issuer, selfSigned };
  const whose = `SHA-256 ${sha256}, ${quoted(subject)}, ${selfSigned ? 'self-signed' : `issued by ${quoted(issuer)}`}`;
  if (pin !== undefined) {
    return pin === sha256
      ? finding('certificate-trust', 'ok', `the pinned one: ${whose}`, { about, facts })
      : finding('certificate-trust', 'failed', `not the pinned one, which is ${pin}: ${whose}`, {
          about,
          facts,
          remedy: { ...remedies.showPin, fix: `Somebody may be in between. ${remedies.showPin.fix}` },
        });
  }
  if (untrusted === undefined || untrusted === 'CERT_HAS_EXPIRED') return finding('certificate-trust', 'ok', whose, { about, facts });
  return finding('certificate-trust', 'failed', `nobody known here vouches for it (${quoted(untrusted)}): ${whose}`, {
    about,
    facts,
    remedy: { ...remedies.showPin, fix: `${remedies.showPin.fix} If an authority of your own issued it, name that with --ca FILE.` },
  });
}

function nameFinding({ nameMatches, alternativeNames, subject }: TlsFacts, about: string, pinned: boolean): Finding {
  const names = quoted(alternativeNames || subject);
  if (nameMatches) return finding('certificate-name', 'ok', names, { about, facts: { alternativeNames } });
  return pinned
    ? finding('certificate-name', 'ok', `for ${names}, which does not matter since it is pinned`, { about, facts: { alternativeNames } })
    : finding('certificate-name', 'failed', `it is for ${names}`, {
        about,
        facts: { alternativeNames },
        remedy: {
          fix: 'Use one of these names, pin the certificate with --certificate-sha256, or make one for the name you use.',
          commands: remedies.newCertificate.commands,
        },
      });
}

function validityFinding({ validFrom, validTo }: TlsFacts, about: string, pinned: boolean, nowMs: number): Finding {
  const facts = { validFrom, validTo };
  const span = `${validFrom.slice(0, 10)} to ${validTo.slice(0, 10)}`;
  const bad = (what: string): Finding =>
    finding('certificate-validity', pinned ? 'warning' : 'failed', `${what}: ${span}${pinned ? '; the pin holds nevertheless' : ''}`, {
      about,
      facts,
      remedy: remedies.newCertificate,
    });
  if (Date.parse(validTo) < nowMs) return bad('expired');
  if (Date.parse(validFrom) > nowMs) return bad('not valid yet, or the clock of this machine is wrong');
  const daysLeft = Math.floor((Date.parse(validTo) - nowMs) / DAY_MS);
  return daysLeft < SOON_DAYS
    ? finding('certificate-validity', 'warning', `ends in ${daysLeft} days: ${span}`, { about, facts, remedy: remedies.newCertificate })
    : finding('certificate-validity', 'ok', span, { about, facts });
}

function strengthFinding({ key, keyBits, signature }: TlsFacts, about: string): Finding {
  const facts = { key, ...(signature === undefined ? {} : { signature }) };
  const message = [key, signature].filter((part) => part !== undefined).join(', ');
  const weaknesses = [
    ...(keyBits !== undefined && keyBits < LEAST_RSA_BITS ? [`a key of ${keyBits} bits can be broken`] : []),
    // sha1WithRSAEncryption, md5WithRSAEncryption, ecdsa-with-SHA1
    ...(/sha-?1(?!\d)|md[245]/i.test(signature ?? '') ? ['its signature can be forged'] : []),
  ];
  return weaknesses.length === 0
    ? finding('certificate-strength', 'ok', message, { about, facts })
    : finding('certificate-strength', 'warning', `${message}: ${weaknesses.join(', ')}`, { about, facts, remedy: remedies.newCertificate });
}
