import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import t from 'tap';
import { Secret } from '../../core/secret.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { clientHandshake } from './client-handshake.ts';
import { flags } from './flags.ts';
import { NegotiateServer, type NegotiateStep } from './negotiate-server.ts';
import { NtlmClient, TooWeak, ntlmCredential } from './ntlm-client.ts';
import type { SessionSecurity } from './session-security.ts';
import {
  type NegTokenResp,
  buildMechanismList,
  buildNegTokenInit,
  buildNegTokenResp,
  ntlmMechanism,
  parseNegotiationToken,
} from './spnego-tokens.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const password = new Secret('pass word ü');
const newServer = () =>
  new NegotiateServer({ accounts: [{ name: 'Vagrant', password }], computerName: 'Guest-1', binding: { hardening: 'relaxed' } });
const newNtlm = (secret = password) => new NtlmClient(ntlmCredential('vagrant', secret));

const [msKerberos, kerberos, negoEx] = ['1.2.840.48018.1.2.2', '1.2.840.113554.1.2.2', '1.3.6.1.4.1.311.2.2.30'];
const windowsList = buildMechanismList([msKerberos, kerberos, negoEx, ntlmMechanism]);

function tokenOf(step: NegotiateStep): Buffer {
  assert(step.kind === 'continue', step.kind);
  return step.token;
}

function respOf(step: NegotiateStep): NegTokenResp {
  const token = parseNegotiationToken(tokenOf(step));
  assert(token.kind === 'resp');
  return token;
}

t.test('tokens are written as RFC 4178 has them', async (t) => {
  const init = hex(`
    60 45 06 06 2b 06 01 05 05 02 a0 3b 30 39
    a0 30 30 2e 06 09 2a 86 48 82 f7 12 01 02 02 06 09 2a 86 48 86 f7 12 01 02 02
    06 0a 2b 06 01 04 01 82 37 02 02 1e 06 0a 2b 06 01 04 01 82 37 02 02 0a
    a2 05 04 03 6b 72 62`);
  t.equal(buildNegTokenInit(windowsList, Buffer.from('krb')).toString('hex'), init.toString('hex'));
  const read = parseNegotiationToken(init);
  t.match(read, { kind: 'init', mechanisms: [msKerberos, kerberos, negoEx, ntlmMechanism], mechToken: Buffer.from('krb') });
  t.ok(read.kind === 'init' && read.mechanismList.equals(windowsList));
  const requestMic = { state: 'request-mic', supportedMechanism: ntlmMechanism } as const;
  t.equal(buildNegTokenResp(requestMic).toString('base64'), 'oRUwE6ADCgEDoQwGCisGAQQBgjcCAgo=');
  t.match(parseNegotiationToken(buildNegTokenResp(requestMic)), requestMic);
  const completed = { state: 'accept-completed', mechListMic: Buffer.alloc(16, 1) } as const;
  t.equal(buildNegTokenResp(completed).toString('hex'), `a11b3019a0030a0100a3120410${'01'.repeat(16)}`);
});

t.test('what Windows adds to a first token is passed over', async (t) => {
  // NegTokenInit2 with reqFlags and negHints ([MS-SPNG] 2.2.1)
  const hinted = hex(`
    60 2d 06 06 2b 06 01 05 05 02 a0 23 30 21
    a0 0e 30 0c 06 0a 2b 06 01 04 01 82 37 02 02 0a
    a1 04 03 02 01 06
    a3 09 30 07 a0 05 1b 03 61 62 63`);
  t.match(parseNegotiationToken(hinted), { kind: 'init', mechanisms: [ntlmMechanism], mechToken: undefined });
  t.equal(parseNegotiationToken(hex('60 0d 06 09 2a 86 48 86 f7 12 01 02 02 01 00')).kind, 'other', 'a bare Kerberos ticket');
});

t.test('what is no token is refused', async (t) => {
  const refused: Readonly<Record<string, string>> = {
    nothing: '',
    'another element': '30 00',
    'a frame without a mechanism': '60 02 30 00',
    'no list of mechanisms': '60 0e 06 06 2b 06 01 05 05 02 a0 04 30 02 a0 00',
    'an empty list': '60 10 06 06 2b 06 01 05 05 02 a0 06 30 04 a0 02 30 00',
    'fields out of order': 'a1 0c 30 0a a1 03 06 01 2a a0 03 0a 01 00',
    'a field twice': 'a1 0c 30 0a a0 03 0a 01 00 a0 03 0a 01 00',
    'an unknown field': 'a1 07 30 05 a5 03 0a 01 00',
    'an unknown state': 'a1 07 30 05 a0 03 0a 01 04',
    'a state of two bytes': 'a1 08 30 06 a0 04 0a 02 00 00',
    'something after it': 'a1 07 30 05 a0 03 0a 01 00 00',
  };
  for (const [what, bytes] of Object.entries(refused)) t.throws(() => parseNegotiationToken(hex(bytes)), ProtocolViolation, what);
  const many = buildMechanismList(Array.from({ length: 17 }, () => ntlmMechanism));
  t.throws(() => parseNegotiationToken(buildNegTokenInit(many, undefined)), ProtocolViolation, 'too many mechanisms');
});

t.test('any token survives a round trip, and a damaged one is refused or read', async () => {
  const bytes = fc.option(
    fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
    { nil: undefined },
  );
  const token = fc.record({
    state: fc.constantFrom(undefined, 'accept-completed', 'accept-incomplete', 'reject', 'request-mic'),
    supportedMechanism: fc.constantFrom(undefined, kerberos, ntlmMechanism),
    responseToken: bytes,
    mechListMic: bytes,
  });
  fc.assert(
    fc.property(token, (fields) => {
      assert.deepEqual(parseNegotiationToken(buildNegTokenResp(fields)), { kind: 'resp', ...fields });
    }),
  );
  const whole = buildNegTokenInit(windowsList, Buffer.from('krb'));
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
      const damaged = Buffer.from(whole);
      damaged[at] = byte;
      try {
        return ['init', 'resp', 'other'].includes(parseNegotiationToken(damaged.subarray(0, length)).kind);
      } catch (error) {
        return error instanceof ProtocolViolation;
      }
    }),
    { numRuns: 2000 },
  );
});

/** Messages go sealed both ways, several of them. */
function talk(client: SessionSecurity | undefined, server: SessionSecurity | undefined): void {
  assert(client && server);
  for (const text of ['first', 'second', 'third']) {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      const bytes = Buffer.from(text);
      const signature = from.seal(bytes);
      to.unseal(signature, bytes);
      assert.equal(bytes.toString(), text);
    }
  }
}

t.test('both forms of token log in, and what follows is sealed', async (t) => {
  for (const form of ['ntlmssp', 'spnego'] as const) {
    const [client, server] = [clientHandshake(form, newNtlm()), newServer()];
    const accepted = server.take(client.prove(tokenOf(server.take(client.begin()))));
    assert(accepted.kind === 'accepted');
    t.equal(accepted.user, 'Vagrant', form);
    t.equal(accepted.token === undefined, form === 'ntlmssp', `${form}: answered in kind`);
    talk(client.conclude(accepted.token), accepted.session);
    const stranger = clientHandshake(form, newNtlm(new Secret('wrong')));
    t.equal(server.take(stranger.prove(tokenOf(server.take(stranger.begin())))).kind, 'refused');
    t.equal(server.take(stranger.begin()).kind, 'continue', 'and may try again');
  }
});

/** A client that would rather have used Kerberos, as Windows' do. */
function windowsClient(list = windowsList, init = buildNegTokenInit(windowsList, Buffer.from('a ticket'))) {
  const ntlm = newNtlm();
  const server = newServer();
  const first = respOf(server.take(init));
  const second = respOf(server.take(buildNegTokenResp({ responseToken: ntlm.negotiate() })));
  const { token, session } = ntlm.authenticate(second.responseToken ?? Buffer.alloc(0));
  assert(session);
  return { server, first, second, session, proof: { state: 'accept-incomplete', responseToken: token } as const, list };
}

t.test('a client that prefers another mechanism is told to use NTLM and to confirm its list', async (t) => {
  const { server, first, second, session, proof, list } = windowsClient();
  t.match(first, { state: 'request-mic', supportedMechanism: ntlmMechanism, responseToken: undefined });
  t.match(second, { state: 'accept-incomplete', supportedMechanism: undefined });
  const accepted = server.take(buildNegTokenResp({ ...proof, mechListMic: session.signMechanisms(list) }));
  assert(accepted.kind === 'accepted' && accepted.token);
  const last = parseNegotiationToken(accepted.token);
  assert(last.kind === 'resp' && last.mechListMic);
  t.equal(last.state, 'accept-completed');
  t.ok(session.areMechanisms(list, last.mechListMic));
  talk(session, accepted.session);
});

t.test('without the right confirmation it is refused', async (t) => {
  const bare = windowsClient();
  t.equal(bare.server.take(buildNegTokenResp(bare.proof)).kind, 'refused', 'no code at all');
  const shortened = windowsClient();
  const other = buildMechanismList([ntlmMechanism]);
  const mechListMic = shortened.session.signMechanisms(other);
  t.equal(
    shortened.server.take(buildNegTokenResp({ ...shortened.proof, mechListMic })).kind,
    'refused',
    'a list that somebody has shortened',
  );
  const unwrapped = windowsClient();
  t.equal(unwrapped.server.take(unwrapped.proof.responseToken).kind, 'refused', 'the proof without SPNEGO around it');
});

t.test('what a server does not take', async (t) => {
  const server = newServer();
  t.equal(server.take(buildNegTokenInit(buildMechanismList([kerberos, negoEx]), undefined)).kind, 'refused', 'no NTLM');
  t.equal(server.take(hex('60 0d 06 09 2a 86 48 86 f7 12 01 02 02 01 00')).kind, 'refused', 'Kerberos');
  t.equal(server.take(buildNegTokenResp({ responseToken: newNtlm().negotiate() })).kind, 'refused', 'a later token first');
  t.equal(
    respOf(server.take(buildNegTokenInit(buildMechanismList([ntlmMechanism]), undefined))).state,
    'accept-incomplete',
    'a first one without NTLM’s is answered',
  );
  t.equal(server.take(buildNegTokenResp({ state: 'reject' })).kind, 'refused', 'a client that gives up');
  const client = newNtlm();
  server.take(client.negotiate());
  t.equal(
    server.take(buildNegTokenResp({ responseToken: Buffer.from('NTLMSSP\0\x03\0\0\0') })).kind,
    'refused',
    'SPNEGO after a bare token',
  );
  t.throws(() => server.take(Buffer.from('hello')), ProtocolViolation);
});

t.test('what a client does not take', async (t) => {
  const proving = (change: (resp: NegTokenResp) => Omit<NegTokenResp, 'kind'>) => {
    const [client, server] = [clientHandshake('spnego', newNtlm()), newServer()];
    return client.prove(buildNegTokenResp(change(respOf(server.take(client.begin())))));
  };
  t.equal(proving((resp) => resp)[0], 0xa1, 'the unchanged answer is taken');
  t.throws(() => proving(() => ({ state: 'reject' })), { name: 'NegotiationRefused' });
  t.throws(() => proving((resp) => ({ ...resp, supportedMechanism: kerberos })), /not offered/);
  t.throws(() => proving((resp) => ({ ...resp, responseToken: undefined })), /no notice/);
  const concluding = (change: (resp: NegTokenResp) => Omit<NegTokenResp, 'kind'> | undefined) => {
    const [client, server] = [clientHandshake('spnego', newNtlm()), newServer()];
    const accepted = server.take(client.prove(tokenOf(server.take(client.begin()))));
    assert(accepted.kind === 'accepted' && accepted.token);
    const last = parseNegotiationToken(accepted.token);
    assert(last.kind === 'resp');
    const changed = change(last);
    return client.conclude(changed && buildNegTokenResp(changed));
  };
  t.ok(
    concluding((resp) => resp),
    'the unchanged answer is taken',
  );
  t.throws(() => concluding(() => undefined), /without a last SPNEGO token/);
  t.throws(() => concluding((resp) => ({ ...resp, state: 'accept-incomplete' })), /does not say so/);
  t.throws(() => concluding((resp) => ({ ...resp, mechListMic: undefined })), /missing or wrong/);
  t.throws(() => concluding((resp) => ({ ...resp, mechListMic: Buffer.alloc(16, 1) })), /missing or wrong/);
  t.throws(() => clientHandshake('spnego', newNtlm()).prove(newNtlm().negotiate()), ProtocolViolation, 'a bare token in answer');
});

t.test('a challenge too weak for sealing is taken only where nothing is sealed', async (t) => {
  const weaken = (challenge: Buffer, missing: number) => {
    challenge.writeUInt32LE((challenge.readUInt32LE(20) & ~missing) >>> 0, 20);
    return challenge;
  };
  for (const [missing, text] of [
    [flags.seal, 'NTLM without seal'],
    [flags.key128, 'NTLM without key128'],
    [flags.extendedSessionSecurity, 'NTLM without extendedSessionSecurity'],
  ] as const) {
    const challenge = () => {
      const server = newServer();
      return { server, token: weaken(tokenOf(server.take(newNtlm().negotiate())), missing) };
    };
    t.throws(() => newNtlm().authenticate(challenge().token), new TooWeak(text));
    const overTls = new NtlmClient(ntlmCredential('vagrant', password), { seals: false });
    t.type(overTls.authenticate(challenge().token).token, Buffer, `${text}: TLS protects the messages`);
  }
});
