import net from 'node:net';
import t, { type Test } from 'tap';
import { Client } from 'undici';
import { Secret } from '../../core/secret.ts';
import { guestTls, issuedTls } from '../../testing/winrm/guest-tls.ts';
import { hostProcesses } from '../../testing/winrm/host-processes.ts';
import { deleteRequest } from '../messages/delete.ts';
import { identifyRequest, parseIdentifyResponse } from '../messages/identify.ts';
import { NtlmClient, ntlmCredential } from '../ntlm/ntlm-client.ts';
import { buildMechanismList, buildNegTokenInit } from '../ntlm/spnego-tokens.ts';
import { parseEnvelope } from '../soap/envelope.ts';
import { type XmlPart, joinParts } from '../soap/xml-parts.ts';
import { type EndpointOptions, startEndpoint } from './endpoint.ts';

const password = new Secret('pass:word');
const basic = `Basic ${Buffer.from(`vagrant:${password.reveal()}`).toString('base64')}`;

/** An endpoint and one connection to it. */
async function connect(t: Test, options: Partial<EndpointOptions> = {}) {
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'Vagrant', password }],
    processes: hostProcesses(),
    identity: { osVersion: '10.0.19045', computerName: 'GUEST' },
    ...options,
  });
  const client = new Client(new URL(service.url).origin, { connect: { rejectUnauthorized: false } });
  t.teardown(async () => {
    await client.destroy();
    await service.close();
  });
  const post = async (parts: readonly XmlPart[], headers: Readonly<Record<string, string>> = {}, path = '/wsman') => {
    const soap = { 'content-type': 'application/soap+xml;charset=UTF-8' };
    const answer = await client.request({ method: 'POST', path, body: joinParts(parts), headers: { ...soap, ...headers } });
    const offers = answer.headers['www-authenticate'];
    return {
      status: answer.statusCode,
      offers: offers === undefined ? [] : [offers].flat(),
      body: Buffer.from(await answer.body.arrayBuffer()),
    };
  };
  return { service, post };
}

const versionIn = (body: Buffer): string => parseIdentifyResponse(parseEnvelope(body, 10_000).body).productVersion;

t.test('what a service offers, and whether it takes Basic', async (t) => {
  const both = ['Negotiate', 'Basic realm="WSMAN"'];
  const cases: Readonly<Record<string, readonly [Partial<EndpointOptions>, readonly string[]]>> = {
    'as Windows comes': [{}, ['Negotiate']],
    'unencrypted messages allowed': [{ allowUnencrypted: true }, both],
    'unencrypted messages allowed, without Basic': [{ allowUnencrypted: true, basic: false }, ['Negotiate']],
    'Basic alone, which would show the password': [{ basic: true }, ['Negotiate']],
    'HTTPS as Windows comes': [{ tls: guestTls }, ['Negotiate']],
    'HTTPS with Basic': [{ tls: guestTls, basic: true }, both],
  };
  for (const [what, [options, offers]] of Object.entries(cases)) {
    const { post } = await connect(t, options);
    t.match(await post(identifyRequest()), { status: 401, offers, body: Buffer.alloc(0) }, what);
    const answer = await post(identifyRequest(), { authorization: basic });
    t.equal(answer.status, offers.length === 2 ? 200 : 401, `${what}: Basic`);
    t.same(answer.offers, offers.length === 2 ? [] : offers);
  }
});

t.test('a log-in by NTLM does not make unsealed messages good over HTTP', async (t) => {
  for (const [what, options, status] of [
    ['as Windows comes', {}, 500],
    ['unencrypted messages allowed', { allowUnencrypted: true }, 200],
    ['HTTPS', { tls: guestTls }, 200],
  ] as const) {
    for (const scheme of ['Negotiate', 'NTLM', 'negotiate']) {
      const { post } = await connect(t, options);
      const ntlm = new NtlmClient(ntlmCredential('vagrant', password));
      const challenged = await post([], { authorization: `${scheme} ${ntlm.negotiate().toString('base64')}` });
      const [answeredAs, token = ''] = challenged.offers[0]?.split(' ') ?? [];
      t.equal(answeredAs, scheme === 'NTLM' ? 'NTLM' : 'Negotiate', `${what}: answered in kind`);
      const { token: proof } = ntlm.authenticate(Buffer.from(token, 'base64'));
      t.match(await post([], { authorization: `${scheme} ${proof.toString('base64')}` }), { status: 200, offers: [] });
      const answer = await post(identifyRequest());
      t.equal(answer.status, status, what);
      if (status === 500) t.equal(answer.body.length, 0, 'and says nothing of why');
      else t.match(versionIn(answer.body), '10.0.19045');
    }
  }
});

t.test('strangers may ask who is there, and nothing else', async (t) => {
  const { post } = await connect(t);
  const stranger = { WSMANIdentify: 'unauthenticated' };
  const other = deleteRequest(
    { to: 'x', messageId: 'uuid:1', sessionId: 'uuid:2', maxEnvelopeBytes: 10_000, operationTimeoutMs: 1000 },
    'S',
  );
  for (const [headers, path] of [
    [stranger, '/wsman'],
    [{}, '/wsman-anon/identify'],
    [{}, '/WSMAN-anon/Identify/?x=1'],
    [stranger, '/wsman-anon/identify'],
  ] as const) {
    const answer = await post(identifyRequest(), headers, path);
    t.equal(answer.status, 200, path);
    t.equal(versionIn(answer.body), 'OS: 0.0.0 SP: 0.0 Stack: 3.0', 'without the version of the system');
  }
  t.match(await post(other, stranger), { status: 401, offers: ['Negotiate'] });
  t.match(await post([' '.repeat(9000), ...identifyRequest()], stranger), { status: 401 }, 'longer than Identify can be');
  t.match(await post(['<!DOCTYPE x>', ...identifyRequest()], stranger), { status: 401 });
  t.match(await post([], stranger), { status: 401 });
  t.equal((await post(other, {}, '/wsman-anon/identify')).status, 400);
  t.equal((await post(identifyRequest(), {}, '/wsman-anon')).status, 404);
});

t.test('tokens that lead nowhere', async (t) => {
  const { post } = await connect(t);
  const send = (token: Buffer | string) => post([], { authorization: `Negotiate ${Buffer.from(token).toString('base64')}` });
  const kerberos = buildNegTokenInit(buildMechanismList(['1.2.840.113554.1.2.2']), undefined);
  t.match(await send(kerberos), { status: 401, offers: ['Negotiate'] }, 'Kerberos is refused, and the client may try something else');
  t.match(await send('hello'), { status: 400 });
});

t.test('certificates a service cannot be started with', async (t) => {
  const ed25519 = `-----BEGIN CERTIFICATE-----
MIIBLjCB4aADAgECAhRhNB/PdZumXiU2bY/T3rCC9ANUrjAFBgMrZXAwDDEKMAgG
A1UEAwwBeDAgFw0yNjExMjExODAzMzBaGA8yMTI2MTAyODE4MDMzMFowDDEKMAgG
A1UEAwwBeDAqMAUGAytlcAMhAHcmAFtlH1wHOOwo4sRQe21VjHsP63ovawXMM9Ep
0NJwo1MwUTAdBgNVHQ4EFgQUygQMSPE+/nEJFqiQGMrvd4AYuGIwHwYDVR0jBBgw
FoAUygQMSPE+/nEJFqiQGMrvd4AYuGIwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXAD
QQDVyH8mRQzZV+j4UQm7p81FYU0HukPm2U5uEOUmVUdjpbu6Eo/auf9oa9GLfRgk
rrG22CeXr/ZmwmYNomlI4AcB
-----END CERTIFICATE-----
`;
  await t.rejects(connect(t, { tls: { key: guestTls.key, cert: 'nonsense' } }), 'none at all');
  await t.rejects(connect(t, { tls: { key: guestTls.key, cert: issuedTls.cert } }), 'one that the key does not belong to');
  const strict = { tls: { key: guestTls.key, cert: ed25519 }, cbtHardening: 'strict' } as const;
  await t.rejects(connect(t, strict), /no channel binding is defined/, 'one for which there is nothing to be strict about');
});

t.test('a connection in the middle of its TLS handshake does not keep a service from closing', async (t) => {
  const { service } = await connect(t, { tls: guestTls });
  const socket = net.connect(service.port, '127.0.0.1');
  const closed = new Promise((resolve) => void socket.on('error', () => {}).once('close', resolve));
  for (let waited = 0; service.connections() === 0 && waited < 500; waited++) await new Promise((resolve) => setTimeout(resolve, 10));
  t.equal(service.connections(), 1);
  await service.close();
  await closed;
});
