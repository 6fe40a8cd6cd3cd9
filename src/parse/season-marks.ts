const ORDINALS: readonly string[] = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const ROMANS: readonly string[] = ['II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X'];
const HAN = '一二三四五六七八九十';

/** Ways to write a season, each with its number in the first group. */
const SEASONS: readonly RegExp[] = [
  // 2nd Season · (3rd season)
  /\(?(?<![\p{L}\p{N}])(\d{1,2})(?:st|nd|rd|th)[\s_]+seasons?(?![\p{L}\p{N}])\)?/iu,
  // Season 2 · Complete Season 2 · Season II · Saison 2 · Staffel 2 · Temporada 2 · Stagione 2 · (Season 2)
  /\(?(?<![\p{L}\p{N}])(?:(?:the )?complete )?(?:season|saison|staffel|temporada|stagione|сезон|الموسم|ตอนปี|시즌|シーズン)[\s._:]*(\d{1,2}|[IVX]{1,4})(?![\p{L}\p{N}])\)?/iu,
  // S2 · (S02)
  /\(?(?<![\p{L}\p{N}'])S(\d{1,2})(?![\p{L}\p{N}])\)?/iu,
  // Second Season
  new RegExp(`(?<![\\p{L}\\p{N}])(${ORDINALS.join('|')})\\s+season(?![\\p{L}\\p{N}])`, 'iu'),
  // 第2期 · (第二季) · 2期 · 第2シーズン
  new RegExp(`\\(?(?:第\\s?(\\d{1,2}|[${HAN}])|(?<![\\p{L}\\p{N}])(\\d{1,2}))\\s?(?:期|季|シーズン|シリーズ)\\)?`, 'u'),
  // 2기 · 제2기 · 2시즌
  /제?(?<!\d)(\d{1,2})\s?(?:기|시즌)(?![\p{L}\p{N}])/u,
  // 2 сезон
  /\[?(?<!\d)(\d{1,2})\s?(?:сезон|-й сезон)\]?/iu,
  // ТВ-2 · TV-2
  /(?<![\p{L}\p{N}])(?:ТВ|TV)-(\d)(?![\p{L}\p{N}])/u,
  // Dai 2 Ki
  /(?<![\p{L}\p{N}])Dai[\s-]?(\d)[\s-]?Ki(?![\p{L}\p{N}])/iu,
];
// Title III
const ROMAN_END = /\s(II|III|IV|VI|VII|VIII|IX)$/;
/** Titles whose numeral is part of them. */
const NUMBERED_TITLES = /(?:\blupin|\bfantasy|\bthe)\s[IVX]+$/i;

/** Whether a text may be about a season at all; quicker than trying each way. */
const MAY_BE = /[Ss]\d|[Ss]eas|SEAS|[Ss]ais|[Ss]taf|[Tt]emporada|[Ss]tagione|[期季ズ기시]|сезон|Сезон|الموسم|ТВ-|TV-|[Dd]ai/;

/**
 * Takes the season out of a title, wherever in it. A Roman numeral at the end counts only where `numerals` says so: a film's is a part of its title. The
 * title is empty when it was nothing but the season.
 */
export function takeSeason(title: string, numerals: boolean): { readonly title: string; readonly season: number } | undefined {
  if (MAY_BE.test(title)) {
    for (const pattern of SEASONS) {
      const found = pattern.exec(title);
      const season = found === null ? undefined : numberOf(found[1] ?? found[2] ?? '');
      if (found === null || season === undefined) continue;
      // A bracket goes only with its other half.
      const [opens, closes] = [Number(/^[([]/.test(found[0])), Number(/[)\]]$/.test(found[0]))];
      const [start, end] = [found.index + (opens > closes ? 1 : 0), found.index + found[0].length - (closes > opens ? 1 : 0)];
      return { title: joined(title.slice(0, start), title.slice(end)), season };
    }
  }
  const roman = numerals && !NUMBERED_TITLES.test(title) ? ROMAN_END.exec(title) : null;
  return roman === null ? undefined : { title: title.slice(0, roman.index), season: ROMANS.indexOf(roman[1] as string) + 2 };
}

const joined = (before: string, after: string): string =>
  `${before.replace(/[\s\-_,]+$/, '')} ${after.replace(/^[\s_,]+/, '')}`.replace(/^[\s-]+|[\s\-_]+$/g, '');

function numberOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const at = ORDINALS.indexOf(text.toLowerCase()) + 1 || HAN.indexOf(text) + 1;
  const roman = ROMANS.indexOf(text.toUpperCase()) + 2;
  return at > 0 ? at : roman > 1 ? roman : undefined;
}
