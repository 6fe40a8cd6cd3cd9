import { ProtocolViolation } from '../protocol-violation.ts';

const SCHEME = 'Negotiate';
const MOST_TOKEN_CHARACTERS = 24_000;

/**
 * An HTTP authentication header with an NTLM token (RFC 4559). The token goes as raw NTLMSSP, which Windows accepts; wrapping it in SPNEGO for
 * those who insist belongs here, around the same tokens.
 */
export const writeNegotiate = (token: Buffer): string => `${SCHEME} ${token.toString('base64')}`;

/** The token of a `Negotiate` header, `undefined` when the header is of another scheme or carries none. */
export function readNegotiate(header: string): Buffer | undefined {
  // Negotiate TlRMTVNTUAAB…
  const match = /^Negotiate\s+([A-Za-z0-9+/]+={0,2})\s*$/i.exec(header);
  if (!match?.[1]) return undefined;
  if (match[1].length > MOST_TOKEN_CHARACTERS) throw new ProtocolViolation('the authentication token is too long');
  return Buffer.from(match[1], 'base64');
}
