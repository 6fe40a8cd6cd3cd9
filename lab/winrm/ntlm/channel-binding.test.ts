import * as fc from 'fast-check';
import t from 'tap';
import { type CbtHardening, channelBindingHash, isBound } from './channel-binding.ts';

/** The hashes were computed with `openssl dgst` over the structure of RFC 2744, 3.11, put together byte by byte. */
const certificates: Readonly<Record<string, { readonly certificate: string; readonly hash: string | undefined }>> = {
  'ECDSA with SHA-1, bound with SHA-256': {
    certificate:
      'MIIBbTCCARSgAwIBAgIUZRdSzuCwtKcI/2pIKZ/A+YHSLjUwCQYHKoZIzj0EATAMMQowCAYDVQQDDAF4MCAXDTI2MTEyMTE4MDMzMFoYDzIxMjYxMDI4MTgw' +
      'MzMwWjAMMQowCAYDVQQDDAF4MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEb/J7wSdUh4thsr4hu+DULhQ1S/mIhyvRTvBvqFGhAm+EuV4B7l9fGjYhxSvq' +
      'Q8g2ZMB/VzWlh7YeMfwzdKVWwqNTMFEwHQYDVR0OBBYEFKCv1oSzoxOLQhgYDU97kpPCgrtLMB8GA1UdIwQYMBaAFKCv1oSzoxOLQhgYDU97kpPCgrtLMA8G' +
      'A1UdEwEB/wQFMAMBAf8wCQYHKoZIzj0EAQNIADBFAiA4dx1e+YwliF1Pq9gjg0aDS1XO04VPUTFUAMq74rpDagIhAP0mCH/t+ax6vKoPvoubq3QEsyixnzcy' +
      'sBGXWGhNkVGR',
    hash: '5d2613ce56043077eeb10f450753729f',
  },
  'ECDSA with SHA-512': {
    certificate:
      'MIIBcDCCARWgAwIBAgIUNh3O0kbU+kVyBAILP51hpt70ZJgwCgYIKoZIzj0EAwQwDDEKMAgGA1UEAwwBeDAgFw0yNjExMjExODAzMzBaGA8yMTI2MTAyODE4' +
      'MDMzMFowDDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABM/NCfGVqoMtJEV96gWYGgpiyONWA9b2Lgf0OtBx8Hd7kFHszbVKumODSfgJ' +
      'j9wrfRXYP8vUfzbj18b+YSIJYa+jUzBRMB0GA1UdDgQWBBQLggKM9hU4b01789k9IARPeoVDSjAfBgNVHSMEGDAWgBQLggKM9hU4b01789k9IARPeoVDSjAP' +
      'BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMEA0kAMEYCIQDTBA6r0LKHhhHu46orqtFgVZ2E5XcOVMJVK5WCODvm7gIhAIPav9Us3I9Yx60vxuIviEAdMIuh' +
      'dxgrQQs8bYG+j/JY',
    hash: '9d4ef0e1e07e8e4989ba74984b16348e',
  },
  'RSA with SHA-256': {
    certificate:
      'MIIB9jCCAV+gAwIBAgIUFfsQZ0+Rz2dvb+iLT2+SegIB5OkwDQYJKoZIhvcNAQELBQAwDDEKMAgGA1UEAwwBeDAgFw0yNjExMjExODAzMzBaGA8yMTI2MTAy' +
      'ODE4MDMzMFowDDEKMAgGA1UEAwwBeDCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEAoMJD2E/WYaZbkUvqWej2jQ3KTx7k3PqRJ4PKD3vVHV5/uV3hCSRB' +
      'm+IfD09V6OX40P5nr+HlVIZl5pZe7dC8ZDmpGAjhSxi/TnOsxPKxrlp9R4Tr4TibWNtuPsnX8Qp5dg9pAwEp7U4VHzkqjFQc3103aBiXPRWfkyLeDZBFPo8C' +
      'AwEAAaNTMFEwHQYDVR0OBBYEFDYLdxGhShGd5vL3lQ02e4QdylQWMB8GA1UdIwQYMBaAFDYLdxGhShGd5vL3lQ02e4QdylQWMA8GA1UdEwEB/wQFMAMBAf8w' +
      'DQYJKoZIhvcNAQELBQADgYEAWvLCNph0aOxjkal8coqr5edWwYSpyo9pez3GnCyL7B4uphdhnmaXABDOLX8JVropeX42h7fYwcw6NxNH0bPkHut3ZM4hYqDP' +
      'oqmaF3ku75FTmbVfsXV5G11QNQMSSm6JRMDZuSyZRuLTUmUiwmDU9JGpIpEQV56Z2ywFilf6ZqE=',
    hash: '5c76a49702d6e5b6b524b5e17b996e75',
  },
  'RSA-PSS with SHA-384': {
    certificate:
      'MIICXjCCAZOgAwIBAgIUFGldt2461cB8usvwxDmWNDiOxOMwQQYJKoZIhvcNAQEKMDSgDzANBglghkgBZQMEAgIFAKEcMBoGCSqGSIb3DQEBCDANBglghkgB' +
      'ZQMEAgIFAKIDAgEgMAwxCjAIBgNVBAMMAXgwIBcNMjYxMTIxMTgwMzMwWhgPMjEyNjEwMjgxODAzMzBaMAwxCjAIBgNVBAMMAXgwgZ8wDQYJKoZIhvcNAQEB' +
      'BQADgY0AMIGJAoGBAM5KkNCueWGa/PBtCUK2mATJZaS7OCgSBdjuJulagXYMouQKGzwRUzWUELarXMIjRV3AK2Khk+sQR/ngpD2d+AOaDY8aXred3xOk5F0v' +
      'im7t2pvm5vPTGDD3LQYGDes2+gcvWSTAw24X3gAsPK6Jz/yZouXQXZJXg4NRzYWFVJR1AgMBAAGjUzBRMB0GA1UdDgQWBBTLHqiKwkvVt2HRHizWKe2wmZKS' +
      'kTAfBgNVHSMEGDAWgBTLHqiKwkvVt2HRHizWKe2wmZKSkTAPBgNVHRMBAf8EBTADAQH/MEEGCSqGSIb3DQEBCjA0oA8wDQYJYIZIAWUDBAICBQChHDAaBgkq' +
      'hkiG9w0BAQgwDQYJYIZIAWUDBAICBQCiAwIBIAOBgQCGncF7nlSVPgmfNMlL0LsBR6HLtKoKsnYZ7/hY/pOEwFTXYaY19r1wTPbANoiaY5CIrwtXCjClJuCp' +
      '8+fJN8inSajY55cb4GgpwMgbfsUO7rLd9i0hLUqigk17mgn+ccdKN5/hZQXGDaCQKsGH8FLBWSCRYmeVL0Ydng6WPxxokA==',
    hash: 'fe2deffc52bf743284e1a21b68ba8184',
  },
  'RSA-PSS with SHA-1, which needs no parameters, bound with SHA-256': {
    certificate:
      'MIICADCCAWSgAwIBAgIUU57WR8kt12pXpJNTqXgKmjRreCcwEgYJKoZIhvcNAQEKMAWiAwIBajAMMQowCAYDVQQDDAF4MCAXDTI2MTEyMTE4MDMzMFoYDzIx' +
      'MjYxMDI4MTgwMzMwWjAMMQowCAYDVQQDDAF4MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwXjSngZaRxzXlWI4giUhsC6SXBIL36jKJeYlx7JjKnXeN' +
      'iRjovTwGfnXCXqS1ccsL9bbjKRXzXZC+nWeeYRhw+XVFXPY1dgHs6FcRPgcUMlBbjsSTGvmOI93qcCTvbJ7Ipzcy270i5R828Xgv7E0RrbSuXYPzNkviVGfO' +
      'NaSczQIDAQABo1MwUTAdBgNVHQ4EFgQUv0oS+VOZKWqJYC5yeJDybK06zT0wHwYDVR0jBBgwFoAUv0oS+VOZKWqJYC5yeJDybK06zT0wDwYDVR0TAQH/BAUw' +
      'AwEB/zASBgkqhkiG9w0BAQowBaIDAgFqA4GBAGIv5fi9PBCJ2meNg93a/nVUANkeKi6ZT83Lrd5pJZ3KAKwsh5RJdUsRY8hQ2NSl0Mso3KYpmSsFBFINbalv' +
      'lzPxBe0JxieIRFFH8EMWEzS/Qtbw4bklndAGUZ10pgm0s8O2WHhFc64ykjIWbc51Th44iAifNdcjhrdm7NloScod',
    hash: '8709176f0191823df1e87a1ca3e670f2',
  },
  'Ed25519, for which it is not defined': {
    certificate:
      'MIIBLjCB4aADAgECAhRhNB/PdZumXiU2bY/T3rCC9ANUrjAFBgMrZXAwDDEKMAgGA1UEAwwBeDAgFw0yNjExMjExODAzMzBaGA8yMTI2MTAyODE4MDMzMFow' +
      'DDEKMAgGA1UEAwwBeDAqMAUGAytlcAMhAHcmAFtlH1wHOOwo4sRQe21VjHsP63ovawXMM9Ep0NJwo1MwUTAdBgNVHQ4EFgQUygQMSPE+/nEJFqiQGMrvd4AY' +
      'uGIwHwYDVR0jBBgwFoAUygQMSPE+/nEJFqiQGMrvd4AYuGIwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXADQQDVyH8mRQzZV+j4UQm7p81FYU0HukPm2U5uEOUm' +
      'VUdjpbu6Eo/auf9oa9GLfRgkrrG22CeXr/ZmwmYNomlI4AcB',
    hash: undefined,
  },
};

t.test('the hash of RFC 5929 depends on how the certificate is signed', async (t) => {
  for (const [what, { certificate, hash }] of Object.entries(certificates))
    t.equal(channelBindingHash(Buffer.from(certificate, 'base64'))?.toString('hex'), hash, what);
});

t.test('whatever a certificate holds, its binding is sixteen bytes or none', async () => {
  const whole = Buffer.from(certificates['RSA-PSS with SHA-384']?.certificate ?? '', 'base64');
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
      const damaged = Buffer.from(whole);
      damaged[at] = byte;
      return [undefined, 16].includes(channelBindingHash(damaged.subarray(0, length))?.length);
    }),
    { numRuns: 1000 },
  );
});

t.test('what a service takes', async (t) => {
  const expected = Buffer.alloc(16, 7);
  const given = {
    right: Buffer.alloc(16, 7),
    wrong: Buffer.alloc(16, 8),
    short: Buffer.alloc(4, 7),
    zeros: Buffer.alloc(16),
    none: undefined,
  };
  const taken = (hardening: CbtHardening) =>
    Object.entries(given)
      .filter(([, one]) => isBound(one, { expected, hardening }))
      .map(([name]) => name);
  t.same(taken('none'), ['right', 'wrong', 'short', 'zeros', 'none']);
  t.same(taken('relaxed'), ['right', 'zeros', 'none']);
  t.same(taken('strict'), ['right']);
  t.ok(isBound(given.wrong, { hardening: 'strict' }), 'without TLS there is nothing to compare with');
});
