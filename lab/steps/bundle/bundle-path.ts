/** Longest path in a bundle; with an ordinary install folder before it, it stays below the 260 characters of Windows' MAX_PATH. */
const MOST_CHARACTERS = 180;

// CON  com1.txt  LPT9.md
const RESERVED_NAME = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
// a:b  what?  a\b  and control characters
const FORBIDDEN_CHARACTER = /[<>:"|?*\\\p{Cc}]/u;

/**
 * What is wrong with a path as the path of a file in a bundle, or `undefined`. A good one is relative, uses `/`, does not climb, and can be stored
 * under exactly this name by Windows (Win32 "Naming Files, Paths, and Namespaces").
 */
export function bundlePathProblem(path: string): string | undefined {
  if (path.length > MOST_CHARACTERS) return `it is longer than ${MOST_CHARACTERS} characters`;
  if (path !== path.normalize('NFC')) return 'its name is not in Unicode normal form C';
  for (const name of path.split('/')) {
    if (name === '') return 'it is absolute or has an empty part';
    if (name === '.' || name === '..') return `it has the part ${name}`;
    if (FORBIDDEN_CHARACTER.test(name)) return 'Windows forbids a character in its name';
    if (name.endsWith('.') || name.endsWith(' ')) return 'Windows drops a dot or space at the end of a name';
    if (RESERVED_NAME.test(name)) return `Windows reserves the name ${name}`;
  }
  return undefined;
}

/** Two paths are one file to Windows. */
export const windowsName = (path: string): string => path.toUpperCase();

/** Order of paths in manifests, check sums and archives: by code point, whatever the locale. */
export const byPath = (a: { readonly path: string }, b: { readonly path: string }): number => compareCodePoints(a.path, b.path);

/** The order of UTF-8 bytes is the order of code points (RFC 3629, section 1). */
export const compareCodePoints = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
