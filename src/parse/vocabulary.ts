/** What a technical word of a file name says. */
export interface WordMeaning {
  /** `strong` words are never part of a title; `weak` ones may be, where no strong one stands beside them. */
  readonly strength: 'strong' | 'weak';
  /** `1080p` */
  readonly resolution?: string;
  /** `BD`, `DVD`, `WEB`, `TV`, `LD` or `VHS` */
  readonly source?: string;
}

const STRONG: WordMeaning = { strength: 'strong' };
const WEAK: WordMeaning = { strength: 'weak' };

const words = new Map<string, WordMeaning>();
const learn = (meaning: WordMeaning, list: string): void => {
  for (const word of list.split(' ')) words.set(word, meaning);
};
learn({ strength: 'strong', source: 'BD' }, 'bd bdrip bd-rip bdmv bdremux bd-remux bdiso bluray blu-ray blurayrip brrip br-rip uhdbd');
learn({ strength: 'strong', source: 'DVD' }, 'dvd dvdrip dvd-rip dvdr dvd5 dvd9 dvdiso dvd-video r2dvd r2jdvd r1dvd hddvd hd-dvd');
learn(
  { strength: 'strong', source: 'WEB' },
  'web-dl webdl webrip web-rip webcast hdrip web-hd amzn dsnp hidive baha b-global bilibili viutv',
);
learn({ strength: 'weak', source: 'WEB' }, 'web cr nf hidi abema adn hulu funi muse crunchyroll netflix funimation wakanim kktv iqiyi');
learn({ strength: 'strong', source: 'TV' }, 'hdtv hdtvrip hdtv-rip tvrip tv-rip dtv dtvrip dvb dvbrip satrip pdtv');
learn({ strength: 'strong', source: 'LD' }, 'laserdisc ldrip');
learn({ strength: 'weak', source: 'LD' }, 'ld');
learn({ strength: 'strong', source: 'VHS' }, 'vhs vhsrip');
learn({ strength: 'strong', resolution: '2160p' }, '4k uhd 2160');
learn({ strength: 'strong', resolution: '1080p' }, 'fhd fullhd');
learn(
  STRONG,
  'x264 x265 h264 h265 h.264 h.265 x.264 x.265 hevc hevc10 hevc10bit avc av1 xvid divx vp9 mpeg2 mpeg-2 mpeg4 mpeg-4 vc-1 10bit 10-bit 10bits 8bit 8-bit hi10 hi10p hi444pp hi444p ma10p hi10 yuv420p10 yuv420p8 yuv444p10 ' +
    'flac 2flac flacx2 flac2 aac aacx2 ac3 eac3 e-ac-3 ac-3 dd dd+ ddp dts dts-hd dts-hdma dtsx truehd opus mp3 vorbis lpcm pcm atmos hdr hdr10 hdr10+ hlg sdr remux encode dual-audio dualaudio ' +
    'multi-audio multi-subs multi-sub multisub multisubs vostfr vosta vostf subfrench vietsub gersub engsub softsub hardsub softsubs hardsubs funidub chs cht big5 jpsc jptc',
);
learn(
  WEAK,
  'dual multi multiple subtitle subtitles subs sub subbed dub dubbed raw raws end fin final batch complete proper repack rerip real internal uncensored uncut censored remastered remaster ' +
    'vf vo vff french german english eng ita italian esp spa spanish por por-br pt-br japanese jpn jap korean kor chinese chi rus russian arabic gb jp sc tc dl limited extended unrated nced oar ' +
    'mkv mp4 avi ass srt fps ma sd hd v0 v1 audio nhke bs11 tx mx cx anx tbs atx at-x copy rartv rarbg eztv subesp castellano latino dv hq lq anime',
);

// 1080p · 720P · 1080i
const LINES = /^(\d{3,4})([pi])$/;
// 1920x1080
const SIZE = /^(\d{3,4})[x×](\d{3,4})$/;
// aac2.0 · ddp5.1 · flac2.0 · dd+5.1 · opus2.0 · dts5.1 · divx5.2.1
const WITH_CHANNELS = /^(?:e-?ac-?3|aac|ac3|ddp?\+?|flac|opus|dts|truehd|divx|lpcm)[\d.]+$/;
// 2.0 · 5.1
const CHANNELS = /^[257]\.[01]$/;
// 143.8561fps · 60fps
const FRAMES = /^\d[\d.]*fps$/;
const NAMED_HEIGHTS: ReadonlySet<number> = new Set([360, 480, 540, 576, 720, 810, 1080, 1440, 2160]);

/** Looks a word up; `undefined` when it is no technical word. Words that are joined by a hyphen count when all of them do. */
export function meaningOf(text: string): WordMeaning | undefined {
  const word = text.toLowerCase();
  const known = words.get(word) ?? byShape(word);
  if (known !== undefined || !/[-+]/.test(word)) return known;
  let joined: WordMeaning | undefined;
  for (const part of word.split(/[-+]/)) {
    const meaning = words.get(part) ?? byShape(part);
    if (meaning === undefined) return undefined;
    joined = joined === undefined ? meaning : { ...joined, ...meaning, strength: 'strong' };
  }
  return joined;
}

function byShape(word: string): WordMeaning | undefined {
  const first = word.charCodeAt(0);
  if (first < 0x30 || first > 0x7a) return undefined;
  const lines = LINES.exec(word);
  if (lines !== null) return Number(lines[1]) < 240 ? undefined : { strength: 'strong', resolution: word };
  const size = SIZE.exec(word);
  if (size !== null) {
    const resolution = resolutionOf(Number(size[1]), Number(size[2]));
    return resolution === undefined ? undefined : { strength: 'strong', resolution };
  }
  // bd1080p · web1080p
  if (word.endsWith('p') && /^(?:bd|web|dvd)\d{3,4}p$/.test(word)) {
    const at = word.search(/\d/);
    return { ...words.get(word.slice(0, at)), strength: 'strong', resolution: word.slice(at) };
  }
  return WITH_CHANNELS.test(word) || CHANNELS.test(word) || FRAMES.test(word) ? STRONG : undefined;
}

/** The usual name of a picture size: by its height, or by its width where black bars were cut off. */
function resolutionOf(width: number, height: number): string | undefined {
  if (NAMED_HEIGHTS.has(height)) return `${height}p`;
  if (width >= 3800) return '2160p';
  if (width >= 1900) return '1080p';
  if (width >= 1200) return '720p';
  if (width >= 640) return '480p';
  return width >= 320 ? `${height}p` : undefined;
}

/** The usual name of a number of lines that stands alone in brackets: `(720)`. */
export const bareResolution = (text: string): string | undefined => (/^(?:480|540|576|720|1080|2160)$/.test(text) ? `${text}p` : undefined);
