import { once } from 'node:events';
import net from 'node:net';
import * as fc from 'fast-check';
import t from 'tap';
import { Secret } from '../../core/secret.ts';
import { hostProcesses } from '../../testing/winrm/host-processes.ts';
import { startEndpoint } from '../endpoint/endpoint.ts';
import { clientHandshake } from '../ntlm/client-handshake.ts';
import { negotiateToken, readChallenges, writeNegotiate } from '../ntlm/negotiate-header.ts';
import { NtlmClient, ntlmCredential } from '../ntlm/ntlm-client.ts';
import { sealBody, sealedContentType, unsealBody } from './sealed-body.ts';

const password = new Secret('secret');

interface Answer {
  readonly head: string;
  readonly body: Buffer;
}

/** A connection that writes in exactly the pieces it is told to, and reads whole answers. */
class Pieces {
  readonly #socket: net.Socket;
  #unread = Buffer.alloc(0);

  constructor(port: number) {
    this.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    // Whoever waits for an answer that will not come hears of it.
    this.#socket.on('close', () => this.#socket.emit('error', new Error('the connection was closed')));
  }

  async ask(headers: string, body: Buffer, cuts: readonly number[] = []): Promise<Answer> {
    const request = Buffer.concat([
      Buffer.from(`POST /wsman HTTP/1.1\r\nHost: guest\r\n${headers}\r\nContent-Length: ${body.length}\r\n\r\n`),
      body,
    ]);
    const at = [0, ...cuts.map((cut) => cut % request.length), request.length].toSorted((a, b) => a - b);
    for (const [index, from] of at.slice(0, -1).entries()) {
      await new Promise<void>((resolve, reject) =>
        this.#socket.write(request.subarray(from, at[index + 1]), (error) => (error ? reject(error) : resolve())),
      );
      // Lets the other end read this piece by itself.
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (;;) {
      const end = this.#unread.indexOf('\r\n\r\n');
      const head = this.#unread.toString('latin1', 0, Math.max(0, end));
      const sizeBytes = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
      if (end !== -1 && this.#unread.length >= end + 4 + sizeBytes) {
        const answer = { head, body: Buffer.from(this.#unread.subarray(end + 4, end + 4 + sizeBytes)) };
        this.#unread = this.#unread.subarray(end + 4 + sizeBytes);
        return answer;
      }
      const [chunk] = (await once(this.#socket, 'data')) as [Buffer];
      this.#unread = Buffer.concat([this.#unread, chunk]);
    }
  }

  close(): void {
    this.#socket.removeAllListeners('close').destroy();
  }
}

t.test('a sealed message arrives whole in whatever pieces, with whatever it says', async (t) => {
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'user', password }],
    processes: hostProcesses(),
    identity: { osVersion: '10.0.19045', computerName: 'GUEST' },
  });
  t.teardown(() => service.close());
  const connection = new Pieces(service.port);
  t.teardown(() => connection.close());
  const handshake = clientHandshake('ntlmssp', new NtlmClient(ntlmCredential('user', password)));
  const logIn = async (token: Buffer): Promise<string> => {
    const { head } = await connection.ask(`Authorization: ${writeNegotiate(token)}`, Buffer.alloc(0), [30, 60]);
    return /^WWW-Authenticate: (.*)$/im.exec(head)?.[1] ?? '';
  };
  const challenge = negotiateToken(readChallenges([await logIn(handshake.begin())]));
  await logIn(handshake.prove(challenge ?? Buffer.alloc(0)));
  const session = handshake.conclude(undefined);
  if (session === undefined) throw new Error('no keys were agreed on');

  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.array(fc.nat(), { maxLength: 12 }), async (text, cuts) => {
      const document = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><s:Header/><s:Body><i:Identify><![CDATA[${text.replaceAll(']]>', '')}]]></i:Identify></s:Body></s:Envelope>`;
      const { head, body } = await connection.ask(`Content-Type: ${sealedContentType}`, sealBody([document], session), cuts);
      return head.startsWith('HTTP/1.1 200') && unsealBody(body, sealedContentType, session).includes('IdentifyResponse');
    }),
    { numRuns: 100 },
  );
});
