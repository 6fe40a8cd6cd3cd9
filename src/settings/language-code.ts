/** A language as TMDB writes it, out of what a user may write: `ja_jp` is `ja-JP`. `undefined` for what is no language. */
export function languageCode(text: string): string | undefined {
  // ja · ja-JP · ja_jp
  const [, language, region] = /^([a-z]{2})(?:[-_]([a-z]{2}))?$/i.exec(text.trim()) ?? [];
  if (language === undefined) return undefined;
  return region === undefined ? language.toLowerCase() : `${language.toLowerCase()}-${region.toUpperCase()}`;
}
