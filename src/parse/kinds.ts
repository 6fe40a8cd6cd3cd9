/** Words for what a video is, other than an episode of a series, each with the name that the contract has for it. */
const KINDS: Readonly<Record<string, string>> = {
  ova: 'OVA',
  ovas: 'OVA',
  oav: 'OVA',
  oad: 'OAD',
  ona: 'ONA',
  sp: 'Special',
  sps: 'Special',
  special: 'Special',
  specials: 'Special',
  'tv special': 'Special',
  tv: 'TV',
  特別編: 'Special',
  番外編: 'Special',
  特典: 'Special',
  movie: 'Movie',
  'the movie': 'Movie',
  gekijouban: 'Movie',
  gekijoban: 'Movie',
  劇場版: 'Movie',
  ncop: 'NCOP',
  nced: 'NCED',
  op: 'OP',
  opening: 'OP',
  ed: 'ED',
  ending: 'ED',
  pv: 'PV',
  'teaser pv': 'PV',
  teaser: 'PV',
  promo: 'PV',
  cm: 'CM',
  menu: 'Menu',
  menus: 'Menu',
  trailer: 'Trailer',
  preview: 'Preview',
};
/** Openings, trailers and the like, whose number counts them and not episodes. */
const EXTRAS: ReadonlySet<string> = new Set(['NCOP', 'NCED', 'OP', 'ED', 'PV', 'CM', 'Menu', 'Trailer', 'Preview']);

/** Whether a kind is an opening, a trailer or the like: its number is no episode. */
export const isExtra = (kind: string): boolean => EXTRAS.has(kind);

/** The kind that a text is the word for. */
export const kindOf = (text: string): string | undefined => KINDS[text.toLowerCase()];

// Creditless Opening · Clean ED · NC OP
const BARE_OPENING = /^(?:creditless|clean|textless|non-?credit|nc)\s+(op|ed|opening|ending)$/i;
// NCOP1 · NCED_EP14 · Creditless Opening 2 · PV02v2 · Menu 01 · Teaser PV
const EXTRA =
  /^((?:creditless|clean|textless|non-?credit|nc)\s+(?:op|ed|opening|ending)|nc(?:op|ed)|opening|ending|op|ed|teaser pv|teaser|promo|pv|cm|menu|trailer|preview)[\s_-]*(?:ep)?(\d{0,3})[a-z]?(?:v(\d))?$/i;

/** An opening, a trailer or the like that a text is the name of. */
export function extraIn(text: string): { readonly kind: string; readonly version: number | undefined } | undefined {
  const found = EXTRA.exec(text);
  if (found === null) return undefined;
  const word = found[1] as string;
  // A lower-case `op` or `ed` is more often a syllable or a person.
  if (/^(?:op|ed|cm|pv)$/i.test(word) && word !== word.toUpperCase()) return undefined;
  const bare = BARE_OPENING.exec(word)?.[1]?.toLowerCase();
  const kind = bare === undefined ? kindOf(word) : bare.startsWith('o') ? 'NCOP' : 'NCED';
  return kind === undefined ? undefined : { kind, version: found[3] === undefined ? undefined : Number(found[3]) };
}

// … - OVA · … Specials · … (TV)
const KIND_AT_END = /(?:^|[\s\-:])\s*\(?(tv special|ovas?|oav|oad|ona|specials?|sps?|tv|特別編|番外編|特典)\)?$/i;

/** Takes a word for a kind off the end of a title. The title is empty when it was nothing else. */
export function takeKind(title: string): { readonly title: string; readonly kind: string } | undefined {
  const found = KIND_AT_END.exec(title);
  const kind = found === null ? undefined : kindOf(found[1] as string);
  if (found === null || kind === undefined || (kind === 'TV' && found[1] !== 'TV')) return undefined;
  return { title: title.slice(0, found.index).replace(/[\s-]+$/, ''), kind };
}

// Gekijouban X · Eiga X · 劇場版 X · 극장판 X
const FILM_BEFORE = /^(?:gekij[oō]u?ban|eiga|劇場版|剧场版|映画|극장판)[\s:：]*/i;
// X the Movie · X - Movie · X (Gekijouban)
const FILM_AFTER = /[\s\-:]+\(?(?:the\s+)?(?:movie|gekij[oō]u?ban|劇場版|剧场版|극장판)\)?$/i;
// Movie · The Movie 2 · Film Red · 劇場版
const FILM = /(?<![\p{L}\p{N}])(?:the\s+)?(?:movie|gekij[oō]u?ban|eiga|film)(?![\p{L}\p{N}])|劇場版|剧场版|극장판/iu;

/** Where a word for a film stands in a text; -1 when there is none. */
export const filmWordAt = (text: string): number => (/movie|gekij|eiga|film|[劇剧극]/i.test(text) ? text.search(FILM) : -1);

/** Takes the word for a film off a title where it is no part of it: `Gekijouban X`, `X the Movie`, but not `X Movie 2 - Y`. */
export function withoutFilmWord(title: string): string {
  const bare = title
    .replace(FILM_BEFORE, '')
    .replace(FILM_AFTER, '')
    .replace(/[\s-]+$/, '');
  return bare === '' ? title : bare;
}
