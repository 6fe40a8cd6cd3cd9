import { finding } from './examination.ts';
import { type Finding, quoted } from './finding.ts';
import { remedies } from './remedies.ts';

/** The authentication schemes that a listener offers to strangers. */
export interface Offers {
  /** As they are written, each once: `Negotiate`, `Kerberos`, `Basic`, `CredSSP`. */
  readonly schemes: readonly string[];
  readonly negotiate: boolean;
  readonly basic: boolean;
}

const MOST_SCHEMES = 16;

/** Reads the schemes out of `WWW-Authenticate` values; one value may hold several challenges. */
export function readOffers(challenges: readonly string[]): Offers {
  const found = new Map<string, string>();
  for (const challenge of challenges.slice(0, MOST_SCHEMES)) {
    // Negotiate, Basic realm="WSMAN", CredSSP
    for (const part of challenge
      .slice(0, 1000)
      .replace(/"[^"]*"/g, '')
      .split(',')) {
      // Basic realm=…
      const scheme = /^\s*([A-Za-z][\w-]{0,40})(?!\s*=)(?:\s|$)/.exec(part)?.[1];
      if (scheme !== undefined && found.size < MOST_SCHEMES) found.set(scheme.toLowerCase(), scheme);
    }
  }
  return { schemes: [...found.values()], negotiate: found.has('negotiate'), basic: found.has('basic') };
}

/** What of the offers the lab can use, and whether they endanger a password, which they do not on the way to this machine itself. Pure. */
export function judgeOffers(offers: Offers, protocol: 'http' | 'https', about: string, loopback: boolean): readonly Finding[] {
  const list = quoted(offers.schemes.join(', ')) || 'nothing';
  const facts = { schemes: list };
  const findings: Finding[] = [];
  if (offers.negotiate) findings.push(finding('schemes', 'ok', list, { about, facts }));
  else if (offers.basic) {
    findings.push(
      protocol === 'https'
        ? finding('schemes', 'ok', `${list}: usable, since TLS protects the password`, { about, facts })
        : finding('schemes', 'failed', `${list}: over plain HTTP the lab logs in by Negotiate (NTLM), which seals its messages`, {
            about,
            facts,
            remedy: remedies.negotiate,
          }),
    );
  } else
    findings.push(
      finding('schemes', 'failed', `${list}: nothing that the lab speaks, which is Negotiate (NTLM) and Basic`, {
        about,
        facts,
        remedy: remedies.negotiate,
      }),
    );
  if (protocol === 'http' && offers.basic && !loopback) {
    findings.push(
      finding(
        'clear-password',
        'warning',
        'Basic is offered over plain HTTP: a client that takes the offer shows its password to everybody in between',
        {
          about,
          remedy: remedies.noBasic,
        },
      ),
    );
  }
  return findings;
}
