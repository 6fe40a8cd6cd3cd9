import t from 'tap';
import { rigComponents } from '../../testing/bundle-rig.ts';
import { licenceFiles } from './licence-files.ts';

const [runtime, library] = rigComponents;
if (!runtime || !library) throw new Error('the rig has no components');

t.test('texts of one name share a file when they are the same, and get their own when not', async (t) => {
  const part = (name: string, text: string): typeof library => ({
    ...library,
    name,
    purl: `pkg:npm/${name}@1`,
    version: '1',
    licenceTexts: [{ fileName: 'LICENSE', text }],
  });
  const files = licenceFiles([runtime, part('a-b', 'one'), part('a/b', 'two'), part('A-B', 'one\n'), part('@a/b', 'three')]).slice(1);
  t.same(
    files.map(({ files: [file] }) => file),
    [
      { path: 'LICENSES/a-b-1-LICENSE.txt', text: 'one\n' },
      { path: 'LICENSES/a-b-1-LICENSE-2.txt', text: 'two\n' },
      { path: 'LICENSES/a-b-1-LICENSE.txt', text: 'one\n' },
      { path: 'LICENSES/a-b-1-LICENSE-3.txt', text: 'three\n' },
    ],
  );
});

t.test('no name climbs, hides or breaks a path', async (t) => {
  const hostile = ['../../etc/passwd', '..\\x', '.hidden', 'a b?*', '', '\u0000\n', 'x'.repeat(500), 'CON', '/'];
  for (const fileName of hostile) {
    const [, named] = licenceFiles([runtime, { ...library, name: fileName, licenceTexts: [{ fileName, text: 'x' }] }]);
    t.match(named?.files[0]?.path, /^LICENSES\/[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,160}\.txt$/, JSON.stringify(fileName.slice(0, 20)));
  }
});
