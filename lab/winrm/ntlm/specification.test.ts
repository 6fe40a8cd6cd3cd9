import t from 'tap';
import { avIds, buildAvPairs, parseAvPairs } from './av-pairs.ts';
import { buildChallenge, parseAuthenticate, parseChallenge } from './messages.ts';
import { clientChallengeBlob, hmacMd5, proof, responseKey, sessionBaseKey, targetInfoOffset, utf16 } from './ntlmv2.ts';
import { Rc4 } from './rc4.ts';
import { SessionSecurity, directionKey } from './session-security.ts';
import { buildMechanismList, ntlmMechanism } from './spnego-tokens.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

// What the examples have in common ([MS-NLMP] 4.2.1).
const serverChallenge = hex('0123456789abcdef');
const clientChallenge = hex('aaaaaaaaaaaaaaaa');
const randomSessionKey = hex('55'.repeat(16));
const targetInfo = buildAvPairs(
  new Map([
    [avIds.domainName, utf16('Domain')],
    [avIds.computerName, utf16('Server')],
  ]),
);
const key = responseKey('Password', 'User', 'Domain');
const temp = clientChallengeBlob(Buffer.alloc(8), clientChallenge, targetInfo);
const ntProof = proof(key, serverChallenge, temp);

const challengeMessage = hex(`
  4e 54 4c 4d 53 53 50 00 02 00 00 00 0c 00 0c 00 38 00 00 00 33 82 8a e2 01 23 45 67 89 ab cd ef
  00 00 00 00 00 00 00 00 24 00 24 00 44 00 00 00 06 00 70 17 00 00 00 0f 53 00 65 00 72 00 76 00
  65 00 72 00 02 00 0c 00 44 00 6f 00 6d 00 61 00 69 00 6e 00 01 00 0c 00 53 00 65 00 72 00 76 00
  65 00 72 00 00 00 00 00`);

const authenticateMessage = hex(`
  4e 54 4c 4d 53 53 50 00 03 00 00 00 18 00 18 00 6c 00 00 00 54 00 54 00 84 00 00 00 0c 00 0c 00
  48 00 00 00 08 00 08 00 54 00 00 00 10 00 10 00 5c 00 00 00 10 00 10 00 d8 00 00 00 35 82 88 e2
  05 01 28 0a 00 00 00 0f 44 00 6f 00 6d 00 61 00 69 00 6e 00 55 00 73 00 65 00 72 00 43 00 4f 00
  4d 00 50 00 55 00 54 00 45 00 52 00 86 c3 50 97 ac 9c ec 10 25 54 76 4a 57 cc cc 19 aa aa aa aa
  aa aa aa aa 68 cd 0a b8 51 e5 1c 96 aa bc 92 7b eb ef 6a 1c 01 01 00 00 00 00 00 00 00 00 00 00
  00 00 00 00 aa aa aa aa aa aa aa aa 00 00 00 00 02 00 0c 00 44 00 6f 00 6d 00 61 00 69 00 6e 00
  01 00 0c 00 53 00 65 00 72 00 76 00 65 00 72 00 00 00 00 00 00 00 00 00 c5 da d2 54 4f c9 79 90
  94 ce 1c e9 0b c9 d0 3e`);

t.test('[MS-NLMP] 4.2.4.1: calculations', async (t) => {
  t.equal(key.toString('hex'), '0c868a403bfd7a93a3001ef22ef02e3f', 'NTOWFv2 and LMOWFv2 (4.2.4.1.1)');
  t.equal(sessionBaseKey(key, ntProof).toString('hex'), '8de40ccadbc14a82f15cb0ad0de95ca3', 'SessionBaseKey (4.2.4.1.2)');
  t.equal(
    temp.toString('hex'),
    '01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c0044006f006d00610069006e0001000c005300650072007600650072000000000000000000',
    'temp (4.2.4.1.3)',
  );
});

t.test('[MS-NLMP] 4.2.4.2: results', async (t) => {
  const lmResponse = Buffer.concat([hmacMd5(key, serverChallenge, clientChallenge), clientChallenge]);
  t.equal(lmResponse.toString('hex'), '86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa', 'LMv2 response (4.2.4.2.1)');
  t.equal(ntProof.toString('hex'), '68cd0ab851e51c96aabc927bebef6a1c', 'NTLMv2 response (4.2.4.2.2)');
  const encrypted = Buffer.from(randomSessionKey);
  new Rc4(sessionBaseKey(key, ntProof)).apply(encrypted);
  t.equal(encrypted.toString('hex'), 'c5dad2544fc9799094ce1ce90bc9d03e', 'encrypted session key (4.2.4.2.3)');
});

t.test('[MS-NLMP] 4.2.4.3: messages', async (t) => {
  const challenge = parseChallenge(challengeMessage);
  t.match(challenge, { flags: 0xe28a8233, serverChallenge, targetName: utf16('Server') });
  t.same([...parseAvPairs(challenge.targetInfo)], [...parseAvPairs(targetInfo)]);
  const rebuilt = buildChallenge(challenge);
  // Our own version of Windows stands in it, and the order of the payload is the same.
  challengeMessage.copy(rebuilt, 48, 48, 56);
  t.equal(rebuilt.toString('hex'), challengeMessage.toString('hex'));
  const proven = parseAuthenticate(authenticateMessage);
  t.match(proven, { flags: 0xe2888235, domain: utf16('Domain'), user: utf16('User'), workstation: utf16('COMPUTER') });
  t.equal(proven.ntResponse.toString('hex'), Buffer.concat([ntProof, temp]).toString('hex'));
  t.equal(proven.encryptedSessionKey.toString('hex'), 'c5dad2544fc9799094ce1ce90bc9d03e');
  t.equal(
    parseAvPairs(proven.ntResponse.subarray(16 + targetInfoOffset))
      .get(avIds.computerName)
      ?.toString('utf16le'),
    'Server',
  );
});

t.test('[MS-NLMP] 4.2.4.4: signing and sealing', async (t) => {
  t.equal(directionKey(randomSessionKey, 'client', 'sealing').toString('hex'), '59f600973cc4960a25480a7c196e4c58', 'SEALKEY');
  t.equal(directionKey(randomSessionKey, 'client', 'signing').toString('hex'), '4788dc861b4782f35d43fd98fe1a2d39', 'SIGNKEY');
  const message = utf16('Plaintext');
  const signature = new SessionSecurity('client', randomSessionKey).seal(message);
  t.equal(message.toString('hex'), '54e50165bf1936dc996020c1811b0f06fb5f', 'sealed data');
  t.equal(signature.toString('hex'), '010000007fb38ec5c55d497600000000', 'signature');
  const unexchanged = utf16('Plaintext');
  t.equal(
    new SessionSecurity('client', randomSessionKey, false).seal(unexchanged).toString('hex'),
    '0100000070352851f256430900000000',
    'without an exchanged key the checksum is not encrypted (3.4.4.2)',
  );
});

t.test('[MS-SPNG] 3.3.5.1: the mechanisms have number 0, the first message 1, and both the same place in the cipher', async (t) => {
  // Computed once with pyspnego, an independent implementation that was tried against Windows.
  const expected = {
    client: ['0100000022a3984fefbb9c3200000000', '54e50165bf1936dc996020c1811b0f06fb5f', '010000001deafbcced2a4ea901000000'],
    server: ['010000007dd6da05648a73ae00000000', '160871b730ba74e946c453d7465b54278dd0', '01000000402afecc9e41bb4601000000'],
  };
  const mechanisms = buildMechanismList([ntlmMechanism]);
  for (const side of ['client', 'server'] as const) {
    const session = new SessionSecurity(side, randomSessionKey);
    const message = utf16('Plaintext');
    const codes = [session.signMechanisms(mechanisms), message, session.seal(message)].map((bytes) => bytes.toString('hex'));
    t.same(codes, expected[side], side);
  }
});
