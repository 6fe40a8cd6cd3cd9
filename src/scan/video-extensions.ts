/** File name endings that count as video, lower-case, with the dot. */
export const videoExtensions: ReadonlySet<string> = new Set([
  '.avi', '.divx', '.flv', '.m2ts', '.m4v', '.mkv', '.mov', '.mp4', '.mpeg', '.mpg', '.ogm', '.ogv', '.rm', '.rmvb', '.ts', '.vob', '.webm', '.wmv',
]);
