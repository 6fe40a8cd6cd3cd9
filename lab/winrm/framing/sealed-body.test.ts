import * as fc from 'fast-check';
import t from 'tap';
import { SessionSecurity } from '../ntlm/session-security.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { isSealed, openSealedBody, sealBody, sealedContentType, unsealBody } from './sealed-body.ts';

const key = Buffer.alloc(16, 5);
const pair = () => ({ client: new SessionSecurity('client', key), server: new SessionSecurity('server', key) });

t.test('a body looks as Windows writes it', async (t) => {
  const body = sealBody(['<a/>'], pair().client);
  const head =
    '--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=4\r\n' +
    '--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n';
  t.equal(body.toString('latin1', 0, head.length), head);
  t.equal(body.readUInt32LE(head.length), 16);
  t.equal(body.length, head.length + 4 + 16 + 4 + '--Encrypted Boundary--\r\n'.length);
  t.equal(body.toString('latin1', body.length - 24), '--Encrypted Boundary--\r\n');
  t.ok(isSealed(sealedContentType));
  t.notOk(isSealed('application/soap+xml;charset=UTF-8'));
  t.notOk(isSealed(undefined));
});

t.test('any messages survive in order, in both directions', async () => {
  const message = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 2000 })), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), message), { maxLength: 6 }), (messages) => {
      const { client, server } = pair();
      return messages.every(([toServer, parts]) => {
        const plain = Buffer.concat(
          parts.map((part) => Buffer.from(typeof part === 'string' ? part : Buffer.from(part).toString('base64'))),
        );
        const body = sealBody(parts, toServer ? client : server);
        return unsealBody(body, sealedContentType, toServer ? server : client).equals(plain);
      });
    }),
  );
});

t.test('ciphertext may hold anything, boundaries too', async (t) => {
  const evil = Buffer.from('--Encrypted Boundary--\r\n\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n');
  const body = Buffer.concat([
    Buffer.from(
      `--b\r\nContent-Type: application/HTTP-SPNEGO-session-encrypted\r\nOriginalContent: type=application/soap+xml;charset=UTF-8;Length=${evil.length}\r\n`,
    ),
    Buffer.from('--b\r\nContent-Type: application/octet-stream\r\n\x10\0\0\0', 'latin1'),
    Buffer.alloc(16, 9),
    evil,
    Buffer.from('\r\n--b--\r\n'),
  ]);
  const opened = openSealedBody(body, 'multipart/encrypted;protocol="x";boundary=b');
  t.ok(opened.ciphertext.equals(evil));
  t.ok(opened.signature.equals(Buffer.alloc(16, 9)));
});

t.test('any ciphertext comes out of any head that clients write', async () => {
  const boundary = fc
    .string({ unit: fc.constantFrom('a', 'Z', '0', ' ', '-', '=', '_', '.'), minLength: 1, maxLength: 70 })
    .filter((name) => name.trim() === name);
  // Pieces of the wrapper itself are the likeliest to mislead.
  const ciphertext = fc
    .array(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('\r\n', '--', 'Content-Type: application/octet-stream\r\n', '\x10\0\0\0'),
      ),
      {
        maxLength: 6,
      },
    )
    .map((pieces) => Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
  fc.assert(
    fc.property(
      boundary,
      ciphertext,
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc.boolean(),
      fc.boolean(),
      (name, cipher, sign, tab, gap) => {
        const line = (text: string): Buffer => Buffer.from(`${tab ? '\t' : ''}${text}\r\n`);
        const body = Buffer.concat([
          Buffer.from(`--${name}\r\n`),
          line('Content-Type: application/HTTP-SPNEGO-session-encrypted'),
          line(`OriginalContent: type=application/soap+xml;charset=UTF-8;Length=${cipher.length}`),
          Buffer.from(`--${name}\r\n`),
          line('Content-Type: application/octet-stream'),
          Buffer.from(`${gap ? '\r\n' : ''}\x10\0\0\0`, 'latin1'),
          sign,
          cipher,
          Buffer.from(`--${name}--\r\n`),
        ]);
        const opened = openSealedBody(body, `multipart/encrypted;protocol="x";boundary="${name}"`);
        return opened.ciphertext.equals(cipher) && opened.signature.equals(Buffer.from(sign));
      },
    ),
    { numRuns: 1000 },
  );
});

t.test('what clients vary is taken', async (t) => {
  const { client } = pair();
  const windows = sealBody(['<hello/>'], client).toString('latin1');
  const variants: Readonly<Record<string, string>> = {
    'without tabs': windows.replaceAll('\t', ''),
    'other case': windows.replace('OriginalContent', 'originalcontent').replaceAll('Content-Type', 'CONTENT-TYPE'),
    'a line break before the end': windows.replace('--Encrypted Boundary--', '\r\n--Encrypted Boundary--'),
    'no line break after the end': windows.slice(0, -2),
    'an empty line after the second header': windows.replace('octet-stream\r\n', 'octet-stream\r\n\r\n'),
    'a line break before the beginning': `\r\n${windows}`,
  };
  for (const [what, text] of Object.entries(variants)) {
    t.equal(unsealBody(Buffer.from(text, 'latin1'), sealedContentType, pair().server).toString(), '<hello/>', what);
  }
});

t.test('lengths that do not fit are refused', async (t) => {
  const windows = sealBody(['<hello/>'], pair().client).toString('latin1');
  const refused: Readonly<Record<string, string>> = {
    'longer than it is': windows.replace('Length=8', 'Length=9'),
    'shorter than it is': windows.replace('Length=8', 'Length=7'),
    'far longer': windows.replace('Length=8', 'Length=999999999'),
    'no length': windows.replace(';Length=8', ''),
    'a length that is no number': windows.replace('Length=8', 'Length=0x8'),
    'more after the end': `${windows}more`,
    'another signature length': windows.replace('\x10\0\0\0', '\x11\0\0\0'),
    'no encrypted part': windows.replace('octet-stream', 'soap+xml'),
    'only one boundary': windows.slice(windows.indexOf('--Encrypted', 5)),
    'text before the beginning': `x${windows}`,
    nothing: '',
  };
  for (const [what, text] of Object.entries(refused))
    t.throws(() => openSealedBody(Buffer.from(text, 'latin1'), sealedContentType), ProtocolViolation, what);
  t.throws(() => openSealedBody(Buffer.from(windows, 'latin1'), 'multipart/encrypted'), /names no boundary/);
});

t.test('a damaged body is refused and nothing else', async () => {
  const whole = sealBody(['<hello/>'.repeat(30)], pair().client);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
      const damaged = Buffer.from(whole.subarray(0, Math.max(length, at + 1)));
      fc.pre(damaged.length < whole.length - 2 || damaged[at] !== byte);
      damaged[at] = byte;
      try {
        return unsealBody(damaged, sealedContentType, pair().server).toString() === '<hello/>'.repeat(30);
      } catch (error) {
        return error instanceof ProtocolViolation;
      }
    }),
    { numRuns: 500 },
  );
});
