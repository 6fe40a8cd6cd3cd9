import type { TreeFile } from '../../core/toolkit.ts';

/** What the name of a sample says beyond doubt. */
export interface Expectation {
  readonly title: string;
  /** Without leading zeros. */
  readonly episode: string;
  /** The title in its own language, as databases of films and series have it. */
  readonly originalTitle: string;
}

/** One file of the sample library. */
export interface Sample {
  /** Below the library, `/` between parts. */
  readonly path: string;
  readonly kind: 'video' | 'subtitle' | 'other';
  /** Set where any parser must come to this and the file must be given a place; other names may be read either way but never lost. */
  readonly expected?: Expectation;
}

const video = (path: string, expected?: Expectation): Sample => ({ path, kind: 'video', ...(expected ? { expected } : {}) });
const subtitle = (path: string): Sample => ({ path, kind: 'subtitle' });
const other = (path: string): Sample => ({ path, kind: 'other' });

/** NFD: the accent is a character of its own, as macOS writes it. */
const DECOMPOSED = 'Pokémon'.normalize('NFD');

/**
 * Forty files as they lie in real download folders: release groups in brackets, checksums, versions, ranges, films, CJK, emoji, right-to-left,
 * both Unicode normal forms, long names, spaces, nested folders, subtitles, and files that are no videos.
 */
export const sampleLibrary: readonly Sample[] = [
  video('[HorribleSubs] Steins Gate - 01 [1080p].mkv', { title: 'Steins Gate', episode: '1', originalTitle: 'シュタインズ・ゲート' }),
  video('[HorribleSubs] Steins Gate - 02 [1080p].mkv', { title: 'Steins Gate', episode: '2', originalTitle: 'シュタインズ・ゲート' }),
  video('[SubsPlease] Sousou no Frieren - 05 (1080p) [F02B9CEE].mkv', {
    title: 'Sousou no Frieren',
    episode: '5',
    originalTitle: '葬送のフリーレン',
  }),
  video('[SubsPlease] Sousou no Frieren - 06 (1080p) [8F2A1B3C].mkv', {
    title: 'Sousou no Frieren',
    episode: '6',
    originalTitle: '葬送のフリーレン',
  }),
  subtitle('[SubsPlease] Sousou no Frieren - 05 (1080p) [F02B9CEE].ass'),
  video('[Erai-raws] Spy x Family - 12 [720p].mkv', { title: 'Spy x Family', episode: '12', originalTitle: 'SPY×FAMILY' }),
  video('[Commie] Mushishi - 03 [BD 720p AAC] [0A1B2C3D].mkv', { title: 'Mushishi', episode: '3', originalTitle: '蟲師' }),
  video('[Coalgirls] Toradora! - 07 (1280x720 Blu-Ray FLAC).mkv', { title: 'Toradora!', episode: '7', originalTitle: 'とらドラ！' }),
  video('nested/[Judas] Vinland Saga - 09.mkv', { title: 'Vinland Saga', episode: '9', originalTitle: 'ヴィンランド・サガ' }),
  video('nested/deeper/[Judas] Vinland Saga - 10.mkv', { title: 'Vinland Saga', episode: '10', originalTitle: 'ヴィンランド・サガ' }),
  video('nested/deeper/still deeper/[Judas] Vinland Saga - 11.mp4', {
    title: 'Vinland Saga',
    episode: '11',
    originalTitle: 'ヴィンランド・サガ',
  }),
  subtitle('nested/[Judas] Vinland Saga - 09.srt'),
  video('[Group A] Two Releases - 01 [720p].mkv'),
  video('[Group B] Two Releases - 01 [1080p].mkv'),
  video('[Group] Shin Sekai Yori - 01v2 [1080p].mkv'),
  video('[Group] Batch - 01-02 [1080p].mkv'),
  video('Cowboy.Bebop.S01E03.1080p.BluRay.x264.mkv'),
  video('Mob Psycho 100 S2 - 04.mkv'),
  video('Akira (1988) [1080p].mkv'),
  video('[Group] Kara no Kyoukai - Movie 1 [BD].mkv'),
  video('[Group] Bakemonogatari - OVA 1.avi'),
  video('新世紀エヴァンゲリオン 第01話.mkv'),
  video('[字幕组] 进击的巨人 - 03 [1080P].mp4'),
  video('나의 히어로 아카데미아 - 04.mkv'),
  video('日本語/[グループ] 魔法少女まどか☆マギカ - 05 [BD 1920x1080].mkv'),
  video('🎬 emoji 🍥 show - 06.mkv'),
  video('עברית - 07.mkv'),
  video(`${DECOMPOSED} - 08 (decomposed).mkv`),
  video(`${DECOMPOSED.normalize('NFC')} - 09 (composed).mkv`),
  video("L'été & [brackets] {braces} #100% 'quoted' - 10.mkv"),
  video('   spaces   everywhere   - 11.mkv'),
  video('....mkv'),
  video('no title at all/12.mkv'),
  video(`${'A very long name '.repeat(9)}- 13.mkv`),
  subtitle('日本語/[グループ] 魔法少女まどか☆マギカ - 05 [BD 1920x1080].ja.ass'),
  other('readme.txt'),
  other('nested/cover.jpg'),
  other('日本語/メモ.txt'),
  other('checksums.sfv'),
  other('no-extension'),
];

/** The files as a toolkit makes them. Each has a content of its own, so that a lost or swapped one shows by its digest. */
export const sampleFiles: readonly TreeFile[] = sampleLibrary.map(({ path }, index) => ({
  path: path.replaceAll('/', '\\'),
  text: `sample ${index}: ${path}\n`.repeat(1 + (index % 5)),
}));

export const sampleVideos: readonly string[] = sampleLibrary.filter((sample) => sample.kind === 'video').map((sample) => sample.path);

/** The sample in whose planned place the check puts a file of its own, to see that it is left alone. */
export const occupiedSample = '[Erai-raws] Spy x Family - 12 [720p].mkv';
