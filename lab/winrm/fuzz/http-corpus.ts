import { mutateBytes } from './mutate-bytes.ts';
import { mutateXml } from './mutate-xml.ts';
import type { Random } from './random.ts';

/** A message of HTTP before it is written out: first line, headers in their order, body. */
interface HttpParts {
  readonly line: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

const written = ({ line, headers, body }: HttpParts): Buffer =>
  Buffer.concat([Buffer.from(`${line}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`, 'latin1'), body]);

/** HTTP as it should be. */
export const plainHttp = (line: string, headers: Readonly<Record<string, string>>, body: Buffer): Buffer =>
  written({ line, headers: [...Object.entries(headers), ['Content-Length', String(body.length)]], body });

const replaced = (parts: HttpParts, name: string, ...values: readonly string[]): HttpParts => ({
  ...parts,
  headers: [
    ...parts.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase()),
    ...values.map((value) => [name, value] as const),
  ],
});

/** The body in chunks, some of whose lengths may lie. */
function chunked(random: Random, body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const piece = body.subarray(at, at + random.size(4000));
    const length = random.oneIn(6)
      ? random.pick(['0', '-1', 'fffffffff', 'x', '', '1;a="b"', '00000000000000001'])
      : piece.length.toString(16);
    pieces.push(Buffer.from(`${length}\r\n`), piece, Buffer.from(random.oneIn(20) ? '' : '\r\n'));
    at += piece.length;
  }
  return Buffer.concat([...pieces, Buffer.from(random.pick(['0\r\n\r\n', '0\r\n\r\n', '0\r\nTrailer: x\r\n\r\n', '0\r\n', '']))]);
}

const LENGTHS: readonly string[] = ['0', '-1', '+5', '0x10', '1e3', '5, 5', '99999999', '18446744073709551616', '', ' '];

const TYPES: readonly string[] = [
  '',
  'text/html',
  'application/soap+xml;charset=UTF-16',
  'application/soap+xml;charset=nonsense',
  'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"',
  'multipart/encrypted',
  'multipart/encrypted;boundary=',
];

type Change = (random: Random, parts: HttpParts) => HttpParts;

const changes: readonly Change[] = [
  (random, parts) => replaced(parts, 'Content-Length', random.pick(LENGTHS)),
  (random, parts) => replaced(parts, 'Content-Length', String(Math.max(0, parts.body.length + random.below(200) - 100))),
  (_random, parts) => replaced(parts, 'Content-Length', String(parts.body.length), String(parts.body.length + 1)),
  (_random, parts) => replaced(parts, 'Content-Length'),
  (random, parts) => ({
    ...replaced(replaced(parts, 'Content-Length'), 'Transfer-Encoding', 'chunked'),
    body: chunked(random, parts.body),
  }),
  (random, parts) => ({
    ...replaced(parts, 'Transfer-Encoding', random.pick(['chunked', 'gzip', 'chunked, chunked', 'x'])),
    body: chunked(random, parts.body),
  }),
  (random, parts) => replaced(parts, 'Content-Type', random.pick(TYPES)),
  (random, parts) => replaced(parts, 'Content-Encoding', random.pick(['gzip', 'deflate', 'br', 'SLDC', 'identity'])),
  (random, parts) => replaced(parts, 'Connection', random.pick(['close', 'upgrade', 'keep-alive, x', ''])),
  (random, parts) =>
    replaced(
      parts,
      random.pick(['Expect', 'Upgrade', 'Host', 'Location', 'Trailer']),
      random.pick(['100-continue', 'h2c', '', '/', 'x'.repeat(200)]),
    ),
  (random, parts) => ({
    ...parts,
    headers: [...parts.headers, ...Array.from({ length: random.size(3000) }, (_, at) => [`X-${at}`, 'y'] as const)],
  }),
  (random, parts) => replaced(parts, 'X-Long', 'z'.repeat(random.size(100_000))),
  (random, parts) => replaced(parts, 'X-Odd', random.pick(['\u0000', '\u00ff\u00fe', 'a\r b', 'a\nInjected: b', '\t'])),
  (random, parts) => ({ ...parts, line: mutateBytes(random, Buffer.from(parts.line)).toString('latin1') }),
  (random, parts) => {
    const [name, value] = random.pick(parts.headers);
    return replaced(parts, name, mutateBytes(random, Buffer.from(value)).toString('latin1'));
  },
];

/** HTTP with one or two things wrong about it. */
export function mutateHttp(random: Random, line: string, headers: Readonly<Record<string, string>>, body: Buffer): Buffer {
  let parts: HttpParts = { line, headers: [...Object.entries(headers), ['Content-Length', String(body.length)]], body };
  for (let left = random.size(2); left > 0; left--) parts = random.pick(changes)(random, parts);
  return random.oneIn(10) ? mutateBytes(random, written(parts)) : written(parts);
}

/** One of the ways in which a document may be mutated, at random. */
export const mutateDocument = (random: Random, document: string): Buffer =>
  random.oneIn(3) ? mutateBytes(random, Buffer.from(document)) : mutateXml(random, document);
