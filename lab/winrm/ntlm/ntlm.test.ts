import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import t from 'tap';
import { Secret } from '../../core/secret.ts';
import { avIds, buildAvPairs, parseAvPairs } from './av-pairs.ts';
import { flags, hasFlags } from './flags.ts';
import { md4 } from './md4.ts';
import { buildAuthenticate, micOffset, parseAuthenticate, parseChallenge } from './messages.ts';
import { NtlmClient, ntlmCredential } from './ntlm-client.ts';
import { NtlmServer } from './ntlm-server.ts';
import { clientChallengeBlob, proof, responseKey, targetInfoOffset } from './ntlmv2.ts';
import { Rc4 } from './rc4.ts';

/** Changes one bit. */
const flip = (bytes: Buffer, at: number): void => void bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

t.test('MD4 gives the digests of RFC 1320, A.5', async (t) => {
  t.equal(md4(Buffer.from('')).toString('hex'), '31d6cfe0d16ae931b73c59d7e0c089c0');
  t.equal(md4(Buffer.from('abc')).toString('hex'), 'a448017aaf21d8525fc10ae87aa6729d');
  t.equal(
    md4(Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789')).toString('hex'),
    '043f8582f241db351ce627e153e7f0e4',
  );
  t.equal(md4(Buffer.from('1234567890'.repeat(8))).toString('hex'), 'e33b4ddc9c38f2199c3e7b164fcc0536');
});

t.test('RC4 gives the key streams of RFC 6229 and runs on between calls', async (t) => {
  const stream = Buffer.alloc(32);
  const cipher = new Rc4(hex('0102030405'));
  cipher.apply(stream.subarray(0, 7));
  cipher.apply(stream.subarray(7));
  t.equal(stream.toString('hex'), 'b2396305f03dc027ccc3524a0a1118a86982944f18fc82d589c403a47a0d0919');
});

t.test('RC4 is the same however its bytes lie in memory and are handed to it', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 90 }), fc.nat(7), fc.array(fc.nat(30), { maxLength: 5 }), (plain, offset, sizes) => {
      const expected = Uint8Array.from(plain);
      const one = new Rc4(Buffer.from('key'));
      for (let at = 0; at < expected.length; at++) one.apply(expected.subarray(at, at + 1));
      const memory = new Uint8Array(offset + plain.length);
      memory.set(plain, offset);
      let cipher = new Rc4(Buffer.from('key'));
      let from = offset;
      for (const size of [...sizes, memory.length]) {
        cipher.apply(memory.subarray(from, from + size));
        cipher = cipher.copy();
        from = Math.min(from + size, memory.length);
      }
      return Buffer.from(memory.subarray(offset)).equals(expected);
    }),
    { numRuns: 1000 },
  );
});

const password = new Secret('pass word ü');
const accounts = [{ name: 'Vagrant', password }];

const handshake = (name: string, secret: Secret, change: (token: Buffer) => void = () => {}) => {
  const client = new NtlmClient(ntlmCredential(name, secret));
  const server = new NtlmServer('Guest-1');
  const { token, session } = client.authenticate(server.challenge(client.negotiate()));
  assert(session);
  change(token);
  return { client: session, accepted: server.accept(token, accounts), token };
};

t.test('both sides agree and talk sealed in both directions', async (t) => {
  const { client, accepted } = handshake('WORKGROUP\\vagrant', password);
  t.equal(accepted?.user, 'Vagrant', 'the name is the one the server knows');
  for (let round = 0; round < 3; round++) {
    const request = Buffer.from(`request ${round}`);
    const signature = client.seal(request);
    t.notOk(request.includes('request'));
    accepted?.session?.unseal(signature, request);
    t.equal(request.toString(), `request ${round}`);
    const answer = Buffer.from(`answer ${round}`);
    client.unseal(accepted?.session?.seal(answer) ?? Buffer.alloc(0), answer);
    t.equal(answer.toString(), `answer ${round}`);
  }
});

t.test('a message that was changed, repeated or left out is refused', async (t) => {
  const changed = handshake('vagrant', password);
  const message = Buffer.from('pay 10');
  const signature = changed.client.seal(message);
  flip(message, 4);
  t.throws(() => changed.accepted?.session?.unseal(signature, message), /wrong signature/);
  const repeated = handshake('vagrant', password);
  const first = Buffer.from('one');
  const firstSignature = repeated.client.seal(first);
  const copy = Buffer.from(first);
  repeated.accepted?.session?.unseal(firstSignature, first);
  t.throws(() => repeated.accepted?.session?.unseal(firstSignature, copy), /wrong signature/);
});

t.test('who is refused', async (t) => {
  t.equal(handshake('vagrant', new Secret('wrong')).accepted, undefined, 'wrong password');
  t.equal(handshake('somebody', password).accepted, undefined, 'unknown user');
  t.equal(handshake('', password).accepted, undefined, 'nobody');
  t.equal(handshake('vagrant', password, (token) => flip(token, micOffset)).accepted, undefined, 'wrong integrity code');
  t.equal(handshake('vagrant', password, (token) => flip(token, 64)).accepted, undefined, 'a change anywhere in the message');
  t.equal(
    handshake('vagrant', password, (token) => token.writeUInt32LE((token.readUInt32LE(60) & ~flags.seal) >>> 0, 60)).accepted,
    undefined,
    'no sealing',
  );
  const server = new NtlmServer('g');
  const client = new NtlmClient(ntlmCredential('vagrant', password));
  const { token } = client.authenticate(server.challenge(client.negotiate()));
  t.ok(server.accept(token, accounts));
  t.equal(server.accept(token, accounts), undefined, 'the same token again');
});

t.test('a client that offers OEM names only gets them', async (t) => {
  const client = new NtlmClient(ntlmCredential('vagrant', password));
  const server = new NtlmServer('Guest-1');
  const offer = Buffer.from(client.negotiate());
  offer.writeUInt32LE(((offer.readUInt32LE(12) & ~flags.unicode) | flags.oem) >>> 0, 12);
  const challenge = server.challenge(offer);
  t.notOk(hasFlags(challenge.readUInt32LE(20), flags.unicode), 'no Unicode was offered');
  t.ok(hasFlags(challenge.readUInt32LE(20), flags.oem));
  t.equal(parseChallenge(challenge).targetName.toString('latin1'), 'GUEST-1');
  const unicode = new NtlmServer('Guest-1');
  const answer = unicode.challenge(client.negotiate());
  const fields = parseAuthenticate(client.authenticate(answer).token);
  const proven = parseAvPairs(fields.ntResponse.subarray(16 + targetInfoOffset));
  // The proof covers the name, not how it is written; without a promise of an integrity code the flags may change.
  const pairs = new Map([...proven].filter(([id]) => id !== avIds.flags));
  const blob = clientChallengeBlob(Buffer.alloc(8), Buffer.alloc(8), buildAvPairs(pairs));
  const key = responseKey(password.reveal(), 'vagrant', 'HOST');
  const ntResponse = Buffer.concat([proof(key, parseChallenge(answer).serverChallenge, blob), blob]);
  const token = buildAuthenticate({
    ...fields,
    flags: ((fields.flags & ~flags.unicode) | flags.oem) >>> 0,
    ntResponse,
    user: Buffer.from('vagrant'),
    domain: Buffer.from('HOST'),
  });
  t.equal(unicode.accept(token, accounts)?.user, 'Vagrant');
});

t.test('a client that does not ask for sealing logs in and may seal nothing', async (t) => {
  const client = new NtlmClient(ntlmCredential('vagrant', password));
  const server = new NtlmServer('g');
  const offer = Buffer.from(client.negotiate());
  offer.writeUInt32LE((offer.readUInt32LE(12) & ~flags.seal) >>> 0, 12);
  const challenge = server.challenge(offer);
  t.notOk(hasFlags(challenge.readUInt32LE(20), flags.seal), 'what was not asked for is not offered');
  const fields = parseAuthenticate(client.authenticate(new NtlmServer('g').challenge(client.negotiate())).token);
  const pairs = buildAvPairs(new Map([[avIds.timestamp, Buffer.alloc(8)]]));
  const blob = clientChallengeBlob(Buffer.alloc(8), Buffer.alloc(8), pairs);
  const key = responseKey(password.reveal(), 'vagrant', '');
  const ntResponse = Buffer.concat([proof(key, parseChallenge(challenge).serverChallenge, blob), blob]);
  const accepted = server.accept(buildAuthenticate({ ...fields, flags: (fields.flags & ~flags.seal) >>> 0, ntResponse }), accounts);
  t.match(accepted, { user: 'Vagrant', seals: false });
});

t.test('a server without sealing is refused by the client', async (t) => {
  const client = new NtlmClient(ntlmCredential('vagrant', password));
  const challenge = new NtlmServer('g').challenge(client.negotiate());
  challenge.writeUInt32LE((challenge.readUInt32LE(20) & ~flags.seal) >>> 0, 20);
  t.throws(() => client.authenticate(challenge), { name: 'TooWeak', message: 'NTLM without seal' });
});

t.test('hostile tokens are refused and never crash', async () => {
  const server = new NtlmServer('g');
  const client = new NtlmClient(ntlmCredential('vagrant', password));
  const tokens = [client.negotiate(), server.challenge(client.negotiate())];
  fc.assert(
    fc.property(fc.nat(1), fc.nat(200), fc.nat(255), fc.nat(200), (which, at, value, cut) => {
      const token = Buffer.from(tokens[which] ?? []);
      token[at % token.length] = value;
      const mutated = cut % 3 === 0 ? token.subarray(0, cut % token.length) : token;
      for (const read of [
        parseChallenge,
        parseAuthenticate,
        (message: Buffer) => client.authenticate(message),
        (message: Buffer) => new NtlmServer('g').challenge(message),
      ]) {
        try {
          read(mutated);
        } catch (error) {
          if (!(error instanceof Error) || !['ProtocolViolation', 'TooWeak'].includes(error.name)) throw error;
        }
      }
    }),
    { numRuns: 500 },
  );
});

t.test('target information survives a round trip; one without an end is refused', async (t) => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.uint8Array({ maxLength: 50 })), { selector: ([id]) => id, maxLength: 8 }),
      (pairs) => {
        const given = new Map(pairs.map(([id, bytes]) => [id, Buffer.from(bytes)]));
        const read = parseAvPairs(buildAvPairs(given));
        return given.size === read.size && [...given].every(([id, bytes]) => read.get(id)?.equals(bytes));
      },
    ),
  );
  t.throws(() => parseAvPairs(hex('0100 0400 4100')), /does not end/);
});

t.test('user names', async (t) => {
  t.match(ntlmCredential('DOM\\u', password), { domain: 'DOM', user: 'u' });
  t.match(ntlmCredential('.\\u', password), { domain: '', user: 'u' });
  t.match(ntlmCredential('u@dom', password), { domain: '', user: 'u@dom' });
});
