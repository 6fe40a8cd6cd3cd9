import t from 'tap';
import { sha256 } from '../../core/ids.ts';
import { judgeCertificate } from './certificate-findings.ts';
import type { TlsFacts } from './certificate.ts';
import { clockFinding } from './clock-finding.ts';
import { chooseLogin } from './log-in.ts';
import { judgeOffers, readOffers } from './offers.ts';
import { judgeLimits, judgePolicy, wantedValues } from './wanted-values.ts';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const good: TlsFacts = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  subject: 'CN=WIN11',
  issuer: 'CN=An authority',
  alternativeNames: 'DNS:WIN11',
  selfSigned: false,
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2028-01-01T00:00:00.000Z',
  sha256: 'ab'.repeat(32),
  key: 'rsa 3072',
  keyBits: 3072,
  signature: 'sha256WithRSAEncryption',
  nameMatches: true,
  untrusted: undefined,
};
const pin = sha256(good.sha256);
const stranger = sha256('cd'.repeat(32));

const judged = (
  facts: Partial<TlsFacts>,
  pinned?: typeof pin,
): { readonly trusted: boolean; readonly states: Readonly<Record<string, string>> } => {
  const { findings, trusted } = judgeCertificate({ ...good, ...facts }, 'https://win11:5986/wsman', pinned, NOW_MS);
  return { trusted, states: Object.fromEntries(findings.filter(({ state }) => state !== 'ok').map(({ id, state }) => [id, state])) };
};

t.test('certificates', async (t) => {
  t.same(judged({}), { trusted: true, states: {} });
  t.same(judged({}, pin), { trusted: true, states: {} });
  t.same(judged({}, stranger), { trusted: false, states: { 'certificate-trust': 'failed' } }, 'a pin is asked, not the authorities');
  t.same(judged({ untrusted: 'DEPTH_ZERO_SELF_SIGNED_CERT', selfSigned: true }), {
    trusted: false,
    states: { 'certificate-trust': 'failed' },
  });
  t.same(
    judged({ untrusted: 'DEPTH_ZERO_SELF_SIGNED_CERT', nameMatches: false }, pin),
    { trusted: true, states: {} },
    'a pin needs neither name nor authority',
  );
  t.same(judged({ nameMatches: false }), { trusted: false, states: { 'certificate-name': 'failed' } });
  const expired = { validTo: '2026-11-20T00:00:00.000Z', untrusted: 'CERT_HAS_EXPIRED' };
  t.same(judged(expired), { trusted: false, states: { 'certificate-validity': 'failed' } });
  t.same(judged(expired, pin), { trusted: true, states: { 'certificate-validity': 'warning' } });
  t.same(judged({ validFrom: '2026-12-01T00:00:00.000Z' }), { trusted: false, states: { 'certificate-validity': 'failed' } });
  t.same(judged({ validTo: '2026-12-01T00:00:00.000Z' }), { trusted: true, states: { 'certificate-validity': 'warning' } });
  t.same(judged({ keyBits: 1024, key: 'rsa 1024' }), { trusted: true, states: { 'certificate-strength': 'warning' } });
  for (const signature of ['sha1WithRSAEncryption', 'ecdsa-with-SHA1', 'md5WithRSAEncryption', 'RSA-SHA1'])
    t.same(judged({ signature }).states, { 'certificate-strength': 'warning' }, signature);
  for (const signature of ['ecdsa-with-SHA256', 'sha512WithRSAEncryption', 'rsassaPss', 'ED25519'])
    t.same(judged({ signature }).states, {}, signature);
  t.same(judged({ signature: undefined }).states, {}, 'a signature that cannot be told is not held against it');
  t.same(judged({ protocol: 'TLSv1.1' }, pin), { trusted: false, states: { tls: 'failed' } });
});

t.test('offers, however they are written', async (t) => {
  t.same(readOffers(['Negotiate', 'Kerberos', 'Basic realm="WSMAN"', 'CredSSP']).schemes, ['Negotiate', 'Kerberos', 'Basic', 'CredSSP']);
  t.same(readOffers(['Negotiate, Basic realm="a, Kerberos"']).schemes, ['Negotiate', 'Basic']);
  t.equal(readOffers(['negotiate YII=', 'NEGOTIATE']).schemes.length, 1, 'each once');
  t.same(readOffers([]).schemes, []);
  t.same(readOffers(['', '=', '"'.repeat(5000), ',,,']).schemes, []);
  t.ok(readOffers(Array.from({ length: 5000 }, (_none, index) => `Scheme${index}`)).schemes.length <= 16);
});

const ofOffers = (challenges: readonly string[], protocol: 'http' | 'https', loopback = false): Readonly<Record<string, string>> =>
  Object.fromEntries(judgeOffers(readOffers(challenges), protocol, 'x', loopback).map(({ id, state }) => [id, state]));

t.test('what of the offers can be used', async (t) => {
  t.same(ofOffers(['Negotiate'], 'http'), { schemes: 'ok' });
  t.same(ofOffers(['Negotiate', 'Basic'], 'http'), { schemes: 'ok', 'clear-password': 'warning' });
  t.same(ofOffers(['Negotiate', 'Basic'], 'http', true), { schemes: 'ok' }, 'nobody is between this machine and itself');
  t.same(ofOffers(['Basic'], 'http'), { schemes: 'failed', 'clear-password': 'warning' });
  t.same(ofOffers(['Basic'], 'https'), { schemes: 'ok' });
  t.same(ofOffers(['Kerberos', 'CredSSP'], 'https'), { schemes: 'failed' });
});

t.test('a password goes only where it is safe', async (t) => {
  const seen = (protocol: 'http' | 'https', trusted: boolean, ...challenges: string[]): Parameters<typeof chooseLogin>[0] => ({
    listener: { protocol, host: 'h', port: 1, path: '/wsman' },
    offers: readOffers(challenges),
    trusted,
  });
  t.same(chooseLogin(seen('http', true, 'Negotiate', 'Basic'), 'auto', true), { authentication: 'ntlm' });
  t.same(chooseLogin(seen('https', true, 'Basic'), 'auto', true), { authentication: 'basic' });
  t.same(chooseLogin(seen('https', true, 'Negotiate', 'Basic'), 'basic', true), { authentication: 'basic' });
  t.same(chooseLogin(seen('http', true, 'Basic'), 'basic', true), { authentication: 'basic' }, 'asked for by name');
  t.hasOwnProp(chooseLogin(seen('http', true, 'Basic'), 'auto', true), 'whyNot');
  t.hasOwnProp(chooseLogin(seen('https', true, 'Kerberos'), 'auto', true), 'whyNot');
  t.hasOwnProp(chooseLogin(seen('https', true, 'Basic'), 'ntlm', true), 'whyNot');
  t.hasOwnProp(chooseLogin(seen('https', true, 'Negotiate'), 'basic', true), 'whyNot');
  t.hasOwnProp(chooseLogin(seen('http', true, 'Basic'), 'basic', false), 'whyNot', 'Basic was asked for by name, HTTP was not');
  t.same(chooseLogin(seen('https', true, 'Basic'), 'basic', false), { authentication: 'basic' });
  const falseOne = [seen('https', false, 'Negotiate')];
  t.hasOwnProp(
    chooseLogin(seen('http', true, 'Negotiate'), 'ntlm', false, falseOne),
    'whyNot',
    'HTTP is no way out of a false certificate',
  );
  t.same(chooseLogin(seen('http', true, 'Negotiate'), 'ntlm', false, [seen('https', true)]), { authentication: 'ntlm' });
  for (const wanted of ['auto', 'basic', 'ntlm'] as const)
    t.hasOwnProp(chooseLogin(seen('https', false, 'Negotiate', 'Basic'), wanted, true), 'whyNot', `${wanted} on an untrusted certificate`);
});

t.test('clocks', async (t) => {
  const at = (header: string | undefined): unknown => clockFinding(header, NOW_MS, 'x');
  t.match(at('Sat, 21 Nov 2026 12:00:01 GMT'), { state: 'ok', message: 'the same as here' });
  t.match(at('Sat, 21 Nov 2026 12:04:00 GMT'), { state: 'ok', message: '240 s ahead of this machine' });
  t.match(at('Sat, 21 Nov 2026 10:00:00 GMT'), { state: 'warning', message: /^7200 s behind/, facts: { skewSeconds: -7200 } });
  t.equal(at(undefined), undefined);
  t.equal(at('yesterday'), undefined);
});

t.test('limits', async (t) => {
  t.same(judgeLimits({}), [], 'what was not said is not judged');
  const low = judgeLimits({
    maxEnvelopeSizeKb: 150,
    maxTimeoutMs: 1000,
    service: { maxConcurrentOperationsPerUser: 15, maxConnections: 5 },
    winrs: { idleTimeoutMs: 60_000, maxConcurrentUsers: 1, maxProcessesPerShell: 5, maxMemoryPerShellMb: 150, maxShellsPerUser: 5 },
  });
  t.same(
    low.map(({ about }) => about),
    wantedValues.map(({ name }) => name),
  );
  for (const { about, state, commands } of low) {
    t.equal(state, 'warning');
    t.match(commands?.[0], new RegExp(`^winrm set winrm/config(/service|/winrs)? '@\\{${about}="\\d+"\\}'$`));
  }
  t.match(judgeLimits({ winrs: { maxMemoryPerShellMb: 0 } }), [{ state: 'ok' }], 'no limit at all');
  for (const { least, usual, name } of wantedValues) t.ok(usual >= least, `a Windows as it comes is enough: ${name}`);
});

t.test('policy', async (t) => {
  t.same(judgePolicy({}, false), []);
  t.match(judgePolicy({ service: { allowUnencrypted: true, auth: { basic: true } } }, false), [
    { id: 'encryption', state: 'warning', message: /the password too/ },
  ]);
  t.match(judgePolicy({ service: { allowUnencrypted: true } }, true), [{ id: 'encryption', state: 'ok' }]);
  t.match(judgePolicy({ service: { allowUnencrypted: false }, winrs: { allowRemoteShellAccess: false } }, false), [
    { state: 'ok' },
    { id: 'rights', state: 'failed' },
  ]);
});
