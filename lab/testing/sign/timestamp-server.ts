import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { foreignPrograms } from '../winrm/foreign-programs.ts';
import type { IssuedCertificate } from './authority.ts';

const run = promisify(execFile);

/** How a server answers: rightly, or in one of the ways in which servers fail. */
export type TimestampManner =
  | 'rightly'
  | 'with 500'
  | 'never'
  | 'with garbage'
  | 'with too much'
  | 'with another nonce'
  | 'for something else'
  | 'by refusing'
  | 'elsewhere';

/** A time-stamp server on loopback that answers with OpenSSL's `ts`. For tests. */
export interface TimestampRig extends AsyncDisposable {
  readonly url: string;
  /** Requests so far. */
  readonly asked: () => number;
}

export async function timestampServer(
  folder: string,
  authority: IssuedCertificate,
  manner: TimestampManner = 'rightly',
): Promise<TimestampRig> {
  const config = path.join(folder, 'timestamps.cnf');
  await writeFile(
    config,
    `[tsa]
default_tsa = own
[own]
serial = ${path.join(folder, 'timestamps.serial')}
signer_cert = ${authority.certificate}
certs = ${authority.withChain}
signer_key = ${authority.key}
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
`,
  );
  let asked = 0;
  const reply = async (query: Buffer): Promise<Buffer> => {
    const file = path.join(folder, `query-${asked}.tsq`);
    await writeFile(file, query);
    const { stdout } = await run(foreignPrograms.openssl.file, ['ts', '-reply', '-config', config, '-queryfile', file], {
      encoding: 'buffer',
    });
    return stdout;
  };
  const server = http.createServer((request, response) => {
    asked += 1;
    const answer = async (): Promise<void> => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      const query = Buffer.concat(pieces);
      const send = (body: Buffer, status = 200): void =>
        void response.writeHead(status, { 'content-type': 'application/timestamp-reply' }).end(body);
      switch (manner) {
        case 'rightly':
          return send(await reply(query));
        case 'with 500':
          return send(Buffer.from('no'), 500);
        case 'never':
          return;
        case 'with garbage':
          return send(Buffer.from('<html>It works!</html>'));
        case 'with too much':
          return send(Buffer.alloc(2 << 20, 0x30));
        case 'with another nonce':
          return send(await reply(withoutLuck(query, query.length - 8)));
        case 'for something else':
          return send(await reply(withoutLuck(query, query.indexOf(Buffer.from([0x04, 0x20])) + 5)));
        case 'by refusing':
          // SEQUENCE { SEQUENCE { INTEGER 2, SEQUENCE { UTF8String "no" } } }
          return send(Buffer.from('300b300902010230040c026e6f', 'hex'));
        case 'elsewhere':
          return void response.writeHead(302, { location: '/other' }).end();
      }
    };
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One byte changed. */
function withoutLuck(query: Buffer, at: number): Buffer {
  const changed = Buffer.from(query);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}
