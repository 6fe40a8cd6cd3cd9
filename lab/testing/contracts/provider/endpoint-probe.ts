import { once } from 'node:events';
import { connect } from 'node:net';
import type { Endpoint } from '../../../core/guest.ts';
import type { Secret } from '../../../core/secret.ts';

const LIMIT_MS = 10_000;

/** Asks whatever serves an endpoint who it is, as a stranger may. Rejects when nothing answers. */
export function identify(endpoint: Endpoint): Promise<string> {
  switch (endpoint.transport) {
    case 'winrm':
      return identifyWinrm(endpoint.url);
    case 'ssh':
      return identifySsh(endpoint.host, endpoint.port);
  }
}

/** What such an answer looks like. */
export const answered = /IdentifyResponse|^SSH-2\.0-/;

/** The secrets an endpoint holds, in plain text. */
export function secretsOf(endpoint: Endpoint): readonly string[] {
  switch (endpoint.transport) {
    case 'winrm':
      return [endpoint.password.reveal()];
    case 'ssh': {
      const { login } = endpoint;
      if ('password' in login) return [login.password.reveal()];
      return [login.privateKey.reveal(), ...(login.passphrase ? [login.passphrase.reveal()] : [])];
    }
  }
}

/** The endpoint as somebody with another password would describe it. */
export function withPassword(endpoint: Endpoint, password: Secret): Endpoint {
  switch (endpoint.transport) {
    case 'winrm':
      return { ...endpoint, password };
    case 'ssh':
      return { ...endpoint, login: { password } };
  }
}

const SOAP = 'http://www.w3.org/2003/05/soap-envelope';
const IDENTIFY = 'http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd';
const QUESTION = `<s:Envelope xmlns:s="${SOAP}" xmlns:i="${IDENTIFY}"><s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>`;

/** DSP0226, section 11. */
async function identifyWinrm(url: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/soap+xml;charset=UTF-8', wsmanidentify: 'unauthenticated', connection: 'close' },
    body: QUESTION,
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text}`);
  return text;
}

/** The server's identification string (RFC 4253, section 4.2), which it sends unasked. */
async function identifySsh(host: string, port: number): Promise<string> {
  const socket = connect({ host, port });
  try {
    const [first] = (await once(socket, 'data', { signal: AbortSignal.timeout(LIMIT_MS) })) as [Buffer];
    return first.toString('latin1');
  } finally {
    socket.destroy();
  }
}
