import path from 'node:path';
import t from 'tap';
import { debianMirrors, parseDeb822Sources, parseOneLineSources } from './apt-sources.ts';
import { parseUris } from './debian-packages.ts';

t.test('mirrors are found in both formats, and nothing else is taken for one', async (t) => {
  const apt = t.testdir({
    'sources.list': [
      '# deb http://commented/debian bookworm main',
      'deb-src http://source/debian bookworm main',
      'deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://one/debian/ bookworm main contrib # why',
      'deb http://security/debian-security bookworm-security main',
      'deb http://ubuntu/ubuntu noble main',
      'deb http://contrib/debian bookworm contrib',
    ].join('\n'),
    'sources.list.d': {
      'debian.sources':
        '# a comment\nTypes: deb deb-src\n# inside\nURIs: http://two/debian\n  http://three/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By:\n -----BEGIN PGP\n .\n x\n\nTypes: deb\nURIs: http://off/debian\nSuites: stable\nComponents: main\nEnabled: no\n',
      'cloud.list': 'deb https://packages/apt cloud-sdk-bookworm main\n',
      'again.list': 'deb http://one/debian trixie main\n',
      'debian.sources.save': 'Types: deb\nURIs: http://saved/debian\nSuites: stable\nComponents: main\n',
    },
  });
  t.same(await debianMirrors(apt), ['http://one/debian', 'http://two/debian', 'http://three/debian']);
  t.same(await debianMirrors(path.join(apt, 'nowhere')), []);
  t.same(parseOneLineSources('deb\n\ndeb http://x\n'), []);
  t.same(parseDeb822Sources('\n\nTypes: deb\n\n'), []);
});

t.test('what apt offers is read', async (t) => {
  const digest = 'a'.repeat(64);
  const text = [
    `'http://mirror/pool/l/libattr1_2.5.2-3_amd64.deb' libattr1_1%3a2.5.2-3_amd64.deb 22876 SHA256:${digest}`,
    `'http://mirror/pool/x.deb' ../../evil_1_amd64.deb 1 SHA256:${digest}`,
    `'http://mirror/pool/y.deb' y_1_amd64.deb 1 MD5Sum:abc`,
    'W: a warning',
  ].join('\n');
  t.same(parseUris(text), [
    { name: 'libattr1', version: '1:2.5.2-3', fileName: 'libattr1_1%3a2.5.2-3_amd64.deb', sizeBytes: 22876, sha256: digest },
  ]);
});
