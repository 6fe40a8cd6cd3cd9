import t from 'tap';
import { animeName } from '../contract/anime-name.ts';
import { loadNameParser } from './anime-name-parser.ts';
import { understand } from './understand-anitomy.ts';

const cases: Readonly<Record<string, object | undefined>> = {
  '[Lab] Hana no Uta - 05 (1080p) [F02B9CEE].mkv': {
    title: 'Hana no Uta',
    episodes: ['5'],
    releaseGroup: 'Lab',
    resolution: '1080p',
    checksum: 'F02B9CEE',
  },
  'Hana no Uta S02E03-E04 [720p].mkv': { title: 'Hana no Uta', season: 2, episodes: ['3', '4'], resolution: '720p' },
  '[Lab] Hana no Uta - 07.5v2 [BD 720p].mkv': {
    title: 'Hana no Uta',
    episodes: ['7.5'],
    releaseGroup: 'Lab',
    releaseVersion: 2,
    source: 'BD',
    resolution: '720p',
  },
  '[Lab] Hana no Uta OVA - 01.mkv': { title: 'Hana no Uta', type: 'OVA', episodes: ['1'], releaseGroup: 'Lab' },
  'Umi no Uta (2016) Movie [BD].mkv': { title: 'Umi no Uta', episodes: [], type: 'Movie', year: 2016, source: 'BD' },
  '花の歌 第05話.mp4': { title: '花の歌', episodes: ['5'] },
  'Hana no Uta 2nd Season - 03.mkv': { title: 'Hana no Uta', season: 2, episodes: ['3'] },
  '[Lab] Nagai Michi - 1001 [1080p].mkv': { title: 'Nagai Michi', episodes: ['1001'], releaseGroup: 'Lab', resolution: '1080p' },
  'random.mkv': { title: 'random', episodes: [] },
  '01.mkv': undefined,
  '.mkv': undefined,
  'a\0b.mkv': { title: 'a b', episodes: [] },
};

t.test('names of many shapes', async (t) => {
  const parse = await loadNameParser();
  for (const [name, wanted] of Object.entries(cases)) {
    const found = parse(name);
    t.same(found, wanted, name);
    if (found) t.ok(animeName.safeParse(found).success, `${name} is valid against the contract`);
  }
});

t.test('numbers out of any sensible range are left out', async (t) => {
  const found = understand('x', {
    AnimeTitle: ['x'],
    AnimeSeason: ['123'],
    AnimeYear: ['1234'],
    ReleaseVersion: ['v'],
    FileChecksum: ['xyz'],
    EpisodeNumber: ['1', '2', '3', 'x'],
  });
  t.same(found, { title: 'x', episodes: ['1', '2'] });
});
