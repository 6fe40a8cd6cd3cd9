/**
 * Makes a function that writes `~` for the user's home folder, so that a log can be sent to somebody without the user's name in it. Knows both slashes,
 * the doubled ones of JSON, and that Windows does not mind case.
 */
export function homeMask(home: string, platform: NodeJS.Platform = process.platform): (text: string) => string {
  const bare = home.replace(/[\\/]+$/, '');
  if (bare.length < 4) return (text) => text;
  const pattern = bare
    .split(/[\\/]/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join(String.raw`(?:\\\\|[\\/])`);
  // C:\Users\ann, but not C:\Users\anna
  const whole = new RegExp(`${pattern}(?![\\p{L}\\p{N}_-])`, platform === 'win32' ? 'giu' : 'gu');
  return (text) => text.replace(whole, '~');
}
