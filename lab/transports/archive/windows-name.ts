/** Below the 260 characters that most Windows programs can take, with room for the folder it all goes into. */
const LONGEST_PART = 255;

// CON, nul.txt, COM1
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
// a tab, a<b, a:b, a\b
// oxlint-disable-next-line no-control-regex -- Windows refuses them
const UNSTORABLE = /[\u0000-\u001f<>:"|?*\\]/;

/** Why Windows cannot have a file of that relative path (`/` between parts); `undefined` when it can. */
export function windowsNameProblem(relative: string): string | undefined {
  for (const part of relative.split('/')) {
    const name = JSON.stringify(relative.slice(0, 200));
    if (part === '' || part === '.' || part === '..') return `${name} leads out of its folder`;
    if (part.length > LONGEST_PART) return `${name} has a part of more than ${LONGEST_PART} characters`;
    if (UNSTORABLE.test(part)) return `${name} has a character that Windows cannot store`;
    if (/[. ]$/.test(part)) return `${name} ends in a dot or a blank, which Windows drops`;
    if (DEVICE.test(part)) return `${name} is the name of a device`;
    if (!part.isWellFormed()) return `${name} is not valid Unicode`;
  }
  return undefined;
}

/** Tells when two paths are one to Windows, which ignores case, or when a file stands where another path needs a folder. */
export class WindowsNames {
  readonly #kinds = new Map<string, { readonly kind: 'file' | 'directory'; readonly path: string }>();

  /** Takes a path in; the problem it makes, `undefined` when it makes none. A folder that another path implied may be taken in later. */
  problemOf(relative: string, kind: 'file' | 'directory'): string | undefined {
    const bad = windowsNameProblem(relative);
    if (bad !== undefined) return bad;
    const parts = relative.split('/');
    let key = '';
    let spelt = '';
    for (const [index, part] of parts.entries()) {
      key += `/${part.normalize('NFC').toLowerCase()}`;
      spelt += index === 0 ? part : `/${part}`;
      const wanted = index === parts.length - 1 ? kind : 'directory';
      const known = this.#kinds.get(key);
      if (known !== undefined && (known.kind === 'file' || wanted === 'file' || known.path !== spelt))
        return `Windows takes ${JSON.stringify(spelt)} and ${JSON.stringify(known.path)} for the same`;
      this.#kinds.set(key, { kind: wanted, path: spelt });
    }
    return undefined;
  }
}
