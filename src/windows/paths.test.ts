import * as fc from 'fast-check';
import path from 'node:path';
import t from 'tap';
import { folderArgument } from './folder-argument.ts';
import { type PathKind, deviceNameIn, isNetworkPath, isTooLong, pathKind } from './paths.ts';

const kinds: Readonly<Record<string, PathKind>> = {
  'C:\\Anime': 'drive',
  'c:/Anime': 'drive',
  'C:\\': 'drive',
  'C:Anime': 'drive-relative',
  'C:': 'drive-relative',
  '\\\\nas\\anime': 'network',
  '//nas/anime': 'network',
  '\\\\nas': 'network',
  '\\\\.hidden\\share': 'network',
  '\\\\?\\C:\\Anime.': 'verbatim',
  '\\\\?\\UNC\\nas\\anime': 'verbatim-network',
  '\\\\?\\unc\\nas\\anime': 'verbatim-network',
  '\\\\.\\COM1': 'device',
  '//?/C:/Anime': 'device',
  '\\Anime': 'rooted',
  '/Anime': 'rooted',
  Anime: 'relative',
  '..\\Anime': 'relative',
  '': 'relative',
  'CC:\\Anime': 'relative',
};

t.test('what a path is to Windows', async (t) => {
  for (const [text, kind] of Object.entries(kinds)) t.equal(pathKind(text), kind, text);
  t.same(['\\\\nas\\a', '\\\\?\\UNC\\nas\\a', 'C:\\a', '\\\\?\\C:\\a'].map(isNetworkPath), [true, true, false, false]);
});

t.test('what it calls absolute is absolute to Node as well', async () => {
  const parts = fc.constantFrom('\\', '/', 'C:', '?', '.', 'UNC', 'nas', 'Anime', '');
  fc.assert(
    fc.property(
      fc.array(parts, { maxLength: 7 }).map((some) => some.join('')),
      (text) => {
        const absolute = !['relative', 'drive-relative'].includes(pathKind(text));
        return path.win32.isAbsolute(text) === absolute;
      },
    ),
  );
});

t.test('devices are found in any part of a path', async (t) => {
  t.equal(deviceNameIn('C:\\Anime\\aux\\x'), 'aux');
  t.equal(deviceNameIn('D:/NUL.mkv'), 'NUL.mkv');
  t.equal(deviceNameIn('C:COM¹'), 'COM¹');
  t.equal(deviceNameIn('CONIN$'), 'CONIN$');
  t.equal(deviceNameIn('C:\\Conan\\Auxiliary'), undefined);
  t.equal(deviceNameIn('\\\\?\\C:\\aux'), undefined, 'as it stands');
});

t.test('a folder that the user names on Windows', async (t) => {
  const of = (text: string): ReturnType<typeof folderArgument> => folderArgument(text, 'C:\\Users\\me', 'win32');
  t.same(of('Anime'), { folder: 'C:\\Users\\me\\Anime' });
  t.same(of('D:/Anime/'), { folder: 'D:\\Anime' });
  t.same(of('D:'), { folder: 'D:\\' });
  t.same(of('\\Anime'), { folder: 'C:\\Anime' });
  t.match(of('\\\\nas\\anime\\x'), { folder: '\\\\nas\\anime\\x', warning: { code: 'network-folder' } });
  t.match(folderArgument('x', '\\\\nas\\anime', 'win32'), { warning: { code: 'network-folder' } }, 'where the user is counts');
  t.throws(() => of('D:Anime'), { code: 'path-drive-relative', exitCode: 1, message: /D:Anime/ });
  for (const device of ['NUL', 'C:\\Anime\\con', 'lpt1.txt', '\\\\.\\C:']) t.throws(() => of(device), { code: 'path-not-a-place' }, device);
});

t.test('long paths are taken up to the very end', async (t) => {
  const longest = `C:\\${'a\\'.repeat(16_377)}`;
  t.notOk(isTooLong(longest), `${longest.length} characters`);
  t.ok(isTooLong(`${longest}aaa`));
  t.same(folderArgument(`C:\\${'d'.repeat(200)}\\${'e'.repeat(200)}`, 'C:\\', 'win32').warning, undefined);
  t.throws(() => folderArgument(`C:\\${'a\\'.repeat(17_000)}`, 'C:\\', 'win32'), { code: 'path-too-long' });
});

t.test('elsewhere all of these are ordinary names', async (t) => {
  for (const name of ['C:Anime', 'NUL', '\\\\nas\\anime']) t.same(folderArgument(name, '/home', 'linux'), { folder: `/home/${name}` });
});
