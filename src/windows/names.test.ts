import * as fc from 'fast-check';
import t from 'tap';
import { isWindowsName, sameFileKey, windowsName } from './names.ts';

t.test('what Windows forbids is replaced readably', async (t) => {
  t.equal(windowsName('Re:Zero'), 'Re -Zero');
  t.equal(windowsName('Fate/stay night'), 'Fate-stay night');
  t.equal(windowsName('Who "Are" You?'), "Who 'Are' You");
  t.equal(windowsName('a\u0000b\tc'), 'abc');
  t.equal(windowsName('<3|*'), '(3-');
});

t.test('trailing dots and spaces, which Windows would drop silently, go', async (t) => {
  t.equal(windowsName('Kimi no Na wa.'), 'Kimi no Na wa');
  t.equal(windowsName('etc. . .'), 'etc');
  t.equal(windowsName('  spaced  out  '), 'spaced out');
});

t.test('device names get out of the way, with any ending and in any case', async (t) => {
  for (const name of ['CON', 'con.txt', 'Prn', 'AUX.tar.gz', 'NUL', 'COM1', 'com9.mkv', 'LPT²', 'CONIN$', 'NUL .x']) {
    t.equal(windowsName(name), `_${name}`);
    t.notOk(isWindowsName(name), `${name} is refused`);
  }
  for (const name of ['CONAN', 'COM', 'COM10', 'Nullpo', 'Auxiliary.mkv']) t.equal(windowsName(name), name);
});

t.test('what turns the direction of text goes, what joins emoji stays', async (t) => {
  t.equal(windowsName('Show \u202egpj.exe'), 'Show gpj.exe');
  t.equal(windowsName('\u2067مرحبا\u2069 \u200fשלום'), 'مرحبا שלום');
  t.equal(windowsName('👩\u200d👧 Uta'), '👩\u200d👧 Uta');
});

t.test('nothing left gives a name all the same', async (t) => {
  for (const name of ['', '...', '???', ' ', '\u0007']) t.equal(windowsName(name), '_');
});

t.test('long names are cut between characters', async (t) => {
  const name = windowsName('🙂'.repeat(100));
  t.equal(name, '🙂'.repeat(63), '63 × 4 bytes fit into 255');
  t.equal(windowsName('進'.repeat(20), 10), '進進進');
});

t.test('composition is settled, scripts are kept', async (t) => {
  t.equal(windowsName('Cafe\u0301'), 'Café');
  for (const name of ['進撃の巨人', 'Привет', 'مرحبا', 'שלום 🙂']) t.equal(windowsName(name), name);
});

t.test('whatever comes in, a name that Windows keeps comes out, and stays as it is the second time', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const name = windowsName(text);
      return isWindowsName(name) && windowsName(name) === name;
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('C', 'O', 'N', '.', ' ', ':', '\u0000', '1', '\ud800', 'é', '\u0301') }), (text) => {
      const name = windowsName(text, 40);
      return isWindowsName(name) && windowsName(name, 40) === name;
    }),
    { numRuns: 2000 },
  );
});

t.test('keys tell what is one file on Windows', async (t) => {
  t.equal(sameFileKey('Show/A.MKV'), sameFileKey('show/a.mkv'));
  t.equal(sameFileKey('Cafe\u0301'), sameFileKey('CAFÉ'));
  t.not(sameFileKey('a'), sameFileKey('b'));
  t.equal(sameFileKey('ΟΔΟΣ'), sameFileKey('οδος'), 'a sigma at the end');
  t.equal(sameFileKey('οδοσ'), sameFileKey('οδος'));
  t.not(sameFileKey('Straße'), sameFileKey('STRASSE'), 'two names on Windows');
  t.equal(sameFileKey('Straße ÉTÉ'), sameFileKey('STRAßE e\u0301te\u0301'.toLowerCase()), 'letters beside one that has no capital');
  t.equal(sameFileKey('ﬁ A'), sameFileKey('ﬁ a'));
  t.equal(sameFileKey('🙂 A'), sameFileKey('🙂 a'));
});
