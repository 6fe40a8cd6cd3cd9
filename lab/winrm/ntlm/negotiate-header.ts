import { ProtocolViolation } from '../protocol-violation.ts';

const SCHEME = 'Negotiate';
const MOST_TOKEN_CHARACTERS = 24_000;

/**
 * An HTTP authentication header with an NTLM token (RFC 4559). The token goes as raw NTLMSSP, which Windows accepts; wrapping it in SPNEGO for
 * those who insist belongs here, around the same tokens.
 */
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
