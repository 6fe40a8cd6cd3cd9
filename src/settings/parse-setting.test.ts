import path from 'node:path';
import t from 'tap';
import { settings } from '../contract/settings.ts';
import { parseSetting } from './parse-setting.ts';
import { type SettingName, settingDefaults, settingNames } from './setting-names.ts';

t.test('what a user may write', async (t) => {
  const cases: readonly (readonly [SettingName, string, unknown])[] = [
    ['language', 'ja-JP', 'ja-JP'],
    ['language', ' ko_kr ', 'ko-KR'],
    ['language', 'DE', 'de'],
    ['includeAdult', 'true', true],
    ['includeAdult', 'No', false],
    ['includeAdult', 'on', true],
    ['cacheMegabytes', '64', 64],
    ['library', 'Anime', path.resolve('/home/ann/Anime')],
    ['library', path.resolve('/media/My Anime'), path.resolve('/media/My Anime')],
    ['logLevel', 'Debug', 'debug'],
  ];
  for (const [name, text, value] of cases)
    t.same(parseSetting(name, text, path.resolve('/home/ann')), { [name]: value }, `${name} ${text}`);
});

t.test('what makes no sense is refused and says what does', async (t) => {
  const cases: readonly (readonly [SettingName, string])[] = [
    ['language', 'japanese'],
    ['language', 'ja-JPN'],
    ['language', ''],
    ['includeAdult', 'maybe'],
    ['cacheMegabytes', '0'],
    ['cacheMegabytes', '-5'],
    ['cacheMegabytes', '1.5'],
    ['cacheMegabytes', '99999999'],
    ['library', ' '],
    ['library', 'x'.repeat(5_000)],
    ['logLevel', 'loud'],
  ];
  for (const [name, text] of cases) {
    t.throws(
      () => parseSetting(name, text, '/'),
      { code: 'setting-invalid', exitCode: 1, message: new RegExp(`nothing for ${name}: `) },
      `${name} ${text}`,
    );
  }
});

t.test('the names are those of the settings file, and the defaults are values of theirs', async (t) => {
  const known = Object.keys(settings.shape).filter((name) => !['$schema', 'version', 'tmdbKey'].includes(name));
  t.same(settingNames.toSorted(), known.toSorted());
  for (const name of settingNames) t.ok(settings.shape[name].safeParse(settingDefaults[name]).success, name);
});
