import { ProtocolViolation } from '../protocol-violation.ts';

const SCHEME = 'Negotiate';
const MOST_TOKEN_CHARACTERS = 24_000;
const MOST_CHALLENGES = 32;

/** An HTTP authentication header with a token (RFC 4559, 4.1 and 4.2): bare NTLM or SPNEGO, which the scheme's name does not tell apart. */
export const writeNegotiate = (token: Buffer, scheme = SCHEME): string => `${scheme} ${token.toString('base64')}`;

/** The scheme of a header that holds a token: clients that know no SPNEGO write `NTLM` (curl does) and want to be answered under that name. */
export const schemeOf = (header: string): string => (/^NTLM\s/i.test(header) ? 'NTLM' : SCHEME);

/** The token of a `Negotiate` or `NTLM` header, `undefined` when the header is of another scheme or carries none. */
export function readNegotiate(header: string): Buffer | undefined {
  // Negotiate TlRMTVNTUAAB…, NTLM TlRMTVNTUAAB…
  const match = /^(?:Negotiate|NTLM)\s+([A-Za-z0-9+/]+={0,2})\s*$/i.exec(header);
  if (!match?.[1]) return undefined;
  if (match[1].length > MOST_TOKEN_CHARACTERS) throw new ProtocolViolation('the authentication token is too long');
  return Buffer.from(match[1], 'base64');
}

/** One way to log in that a server offers. */
export interface Challenge {
  /** In lower case: `negotiate`. */
  readonly scheme: string;
  /** As it stood, with its parameters: `Basic realm="WSMAN"`. */
  readonly text: string;
}

/**
 * Takes `WWW-Authenticate` values apart (RFC 9110, 11.6.1): a header may be repeated, and one may hold several challenges, divided by the same
 * commas as a challenge's own parameters.
 */
export function readChallenges(values: readonly string[]): readonly Challenge[] {
  const challenges: { scheme: string; text: string }[] = [];
  for (const value of values) {
    // Negotiate, Basic realm="a, \"b\"", charset="UTF-8"
    for (const [piece] of value.matchAll(/(?:[^",]|"(?:[^"\\]|\\.)*"?)+/g)) {
      const text = piece.trim();
      // Basic realm="WSMAN" begins a challenge; charset="UTF-8" goes on with one
      const scheme = /^([!#$%&'*+.^_`|~\w-]+)(?:\s+(?![\s=])|$)/.exec(text)?.[1];
      const last = challenges.at(-1);
      if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), text });
      else if (last !== undefined && text !== '') last.text += `, ${text}`;
      if (challenges.length > MOST_CHALLENGES) throw new ProtocolViolation('the server offers more ways to log in than there are');
    }
  }
  return challenges;
}

/** The token that came with `Negotiate` among these challenges, if one did. */
export const negotiateToken = (challenges: readonly Challenge[]): Buffer | undefined =>
  challenges
    .filter(({ scheme }) => scheme === 'negotiate')
    .map(({ text }) => readNegotiate(text))
    .find((token) => token !== undefined);
